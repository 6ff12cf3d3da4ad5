"""States, `tn.stop`, and what a cell can ask of itself. `tn` is left out of the names."""

TABLE = """
## a state that is set runs the users of its getter
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get()
c4 | w = v + 1
c5 | put(5)
runs c1 c2 c3 c4 c5 c3 c4
names get=<state: 5>; put=setter; v=5; w=6

## a state that is set before its users ran runs them once
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | put(5)
c4 | v = get()
runs c1 c2 c3 c4
names get=<state: 5>; put=setter; v=5

## the cell that sets a state does not run for it
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get(); put(v + 1)
runs c1 c2 c3
names get=<state: 1>; put=setter; v=0

## the cell that sets a state runs for it where self-loops are allowed
c1 | import tiffin as tn
c2 | get, put = tn.state(0, allow_self_loops=True)
c3 | v = get()
   | if v < 3: put(v + 1)
runs c1 c2 c3 c3 c3 c3
names get=<state: 3>; put=setter; v=3

## a widget sets a state
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | get, put = tn.state(0)
c4 | put(s.value * 2)
c5 | v = get()
> set s=4
runs c4 c5
names get=<state: 8>; put=setter; s=<slider 4>; v=8

## a function sets a state: those that call it do
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | def reset(): put(9)
c4 | v = get()
c5 | reset()
runs c1 c2 c3 c4 c5 c4
names get=<state: 9>; put=setter; reset=def; v=9

## a state that is set by a function of its value
c1 | import tiffin as tn
c2 | get, put = tn.state(1)
c3 | put(lambda n: n + 10); put(lambda n: n * 2)
c4 | v = get()
runs c1 c2 c3 c4
names get=<state: 22>; put=setter; v=22

## a state that two cells set runs its users after each
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get()
c4 | put(1)
c5 | put(2)
runs c1 c2 c3 c4 c3 c5 c3
names get=<state: 2>; put=setter; v=2

## a state that nobody looks at
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | put(1); x = 1
> edit c3 | put(2); x = 2
runs c3
names get=<state: 2>; put=setter; x=2

## a state is set by a cell that a widget runs, and its users run once
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | get, put = tn.state(0)
c4 | put(s.value)
c5 | v = get() + s.value
> set s=3
runs c4 c5
names get=<state: 3>; put=setter; s=<slider 3>; v=6

## a state that is set to the value that it has leaves results as they are
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get()
c4 | x = 1
> edit c4 | put(0); x = 2
runs c4 c3
hits c3
names get=<state: 0>; put=setter; v=0; x=2

## a chain of states
c1 | import tiffin as tn
c2 | a, set_a = tn.state(0)
c3 | b, set_b = tn.state(0)
c4 | s = tn.ui.slider(0, 9)
c5 | set_a(s.value + 1)
c6 | set_b(a() + 1)
c7 | v = b()
> set s=5
runs c5 c6 c7
names a=<state: 6>; b=<state: 7>; s=<slider 5>; set_a=setter; set_b=setter; v=7

## two states set by one cell run a user of both once
c1 | import tiffin as tn
c2 | a, set_a = tn.state(0); b, set_b = tn.state(0)
c3 | v = a() + b()
c4 | x = 1
> edit c4 | set_a(1); set_b(2)
runs c4 c3
names a=<state: 1>; b=<state: 2>; set_a=setter; set_b=setter; v=3

## a state keeps its value when a user is edited
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get()
c4 | put(5)
> edit c3 | v = get() * 2
runs c3
names get=<state: 5>; put=setter; v=10

## the cell of a state is edited: it starts anew, and is set again
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | put(5)
c4 | v = get()
> edit c2 | get, put = tn.state(1)
runs c2 c3 c4
names get=<state: 5>; put=setter; v=5

## a cell that fails has set its states nevertheless
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get()
c4 | x = 1
> edit c4 | put(5); 1 / 0
runs c4 c3
ends c4 error
names get=<state: 5>; put=setter; v=5

## a state inside a list
c1 | import tiffin as tn
c2 | pair = list(tn.state(0))
c3 | v = pair[0]()
c4 | x = 1
> edit c4 | x = 2
runs c4
names pair=[<state: 0>, setter]; v=0; x=2

## tn.stop ends a cell, and what depends on it does not run
c1 | import tiffin as tn
c2 | x = 1
c3 | tn.stop(x == 1, 'not one'); y = x
c4 | z = y
runs c1 c2 c3
ends c4 cancelled
says c4 c3, which it depends on, stopped
success yes
shows c3='not one'
names x=1

## tn.stop with a condition that is false does nothing
c1 | import tiffin as tn
c2 | x = 0
c3 | tn.stop(x == 1, 'not one'); y = x
c4 | z = y
runs c1 c2 c3 c4
names x=0; y=0; z=0

## an edit lets a stopped cell pass
c1 | import tiffin as tn
c2 | x = 1
c3 | tn.stop(x == 1); y = x
c4 | z = y
> edit c2 | x = 2
runs c2 c3 c4
names x=2; y=2; z=2
> edit c2 | x = 1
runs c2 c3
ends c4 cancelled
success yes
names x=1

## a widget lets a stopped cell pass
c1 | import tiffin as tn
c2 | ready = tn.ui.checkbox(False)
c3 | tn.stop(not ready.value, 'tick it'); y = 1
c4 | z = y
ends c4 cancelled
success yes
> set ready=true
runs c3 c4
names ready=<checkbox True>; y=1; z=1
> set ready=false
runs c3
ends c4 cancelled
success yes
shows c3='tick it'
names ready=<checkbox False>

## what a stopped cell defined before it stopped is gone
c1 | import tiffin as tn
c2 | x = 5; tn.stop(True); y = x
c3 | z = x
runs c1 c2
ends c3 cancelled
success yes
names -

## an edit below a stopped cell is cancelled without a failure
c1 | import tiffin as tn
c2 | tn.stop(True); x = 1
c3 | y = x
> edit c3 | y = x + 1
runs -
ends c3 cancelled
success yes
names -

## tn.stop inside a function stops the cell that calls it
c1 | import tiffin as tn
c2 | def guard(v): tn.stop(v > 3)
c3 | guard(5); x = 1
c4 | y = x
runs c1 c2 c3
ends c4 cancelled
success yes
names guard=def

## tn.defs tells what a cell defines
c1 | import tiffin as tn
c2 | b = 1; a = tn.defs(); _c = 3
runs c1 c2
names a=('a', 'b'); b=1

## tn.refs tells what a cell takes, without builtins
c1 | import tiffin as tn
c2 | x = 1
c3 | y = x + len(tn.refs())
c4 | r = tn.refs()
runs c1 c2 c3 c4
names r=('tn',); x=1; y=3

## tn.refs after an edit
c1 | import tiffin as tn
c2 | x = 1
c3 | r = tn.refs()
> edit c3 | r = tn.refs(); x
runs c3
names r=('tn', 'x'); x=1
"""
