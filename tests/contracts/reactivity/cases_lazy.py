"""Lazy notebooks (`autorun` is false): what was asked for runs, and what depends on it becomes stale."""

TABLE = """
## opening a lazy notebook runs everything
settings {"autorun": false}
c1 | x = 1
c2 | y = x
runs c1 c2
names x=1; y=1

## a lazy edit runs only the edited cell
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = y
c4 | w = 1
> edit c1 | x = 2
runs c1
ends c2 stale; c3 stale
stale c2 c3
names w=1; x=2; y=1; z=1

## run-stale brings everything up to date, in order
settings {"autorun": false}
c1 | z = y
c2 | y = x
c3 | x = 1
> edit c3 | x = 2
runs c3
ends c1 stale; c2 stale
stale c1 c2
names x=2; y=1; z=1
> run-stale
runs c2 c1
names x=2; y=2; z=2

## run-stale where nothing is stale runs nothing
settings {"autorun": false}
c1 | x = 1
> run-stale
runs -
names x=1

## a lazy edit of a leaf leaves nothing stale
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c2 | y = x + 1
runs c2
names x=1; y=2

## a lazy edit twice
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1
> edit c1 | x = 3
runs c1
ends c2 stale
stale c2
names x=3; y=1
> run-stale
runs c2
names x=3; y=3

## a lazy edit and back again: what is stale is answered by the cache
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1
> edit c1 | x = 1
runs c1
ends c2 stale
stale c2
names x=1; y=1
> run-stale
runs c2
hits c2
names x=1; y=1

## one stale cell runs after the stale cells that it needs
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = y
c4 | w = x
> edit c1 | x = 2
runs c1
ends c2 stale; c3 stale; c4 stale
stale c2 c3 c4
names w=1; x=2; y=1; z=1
> run c3
runs c2 c3
stale c4
names w=1; x=2; y=2; z=2

## a lazy edit of a stale cell's user runs the stale cell first
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = y
> edit c1 | x = 2
runs c1
ends c2 stale; c3 stale
stale c2 c3
names x=2; y=1; z=1
> edit c3 | z = y * 10
runs c2 c3
names x=2; y=2; z=20

## a new cell that uses a stale one runs it first
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1
> add c3 | z = y
runs c2 c3
names x=2; y=2; z=2

## a cell that somebody asks for in a lazy notebook makes its users stale
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> run c1
runs c1
ends c2 stale
stale c2
names x=1; y=1

## everything that somebody asks for in a lazy notebook runs
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1
> run c1 c2
runs c1 c2
names x=2; y=2

## a widget of a lazy notebook makes its users stale
settings {"autorun": false}
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
c4 | b = a
c5 | c = 1
> set s=5
runs -
ends c3 stale; c4 stale
says c3 's' has another value
stale c3 c4
names a=0; b=0; c=1; s=<slider 5>
> run-stale
runs c3 c4
names a=5; b=5; c=1; s=<slider 5>

## a state of a lazy notebook makes its users stale
settings {"autorun": false}
c1 | import tiffin as tn
c2 | get, put = tn.state(0)
c3 | v = get()
c4 | x = 1
> edit c4 | x = put(5)
runs c4
ends c3 stale
stale c3
names get=<state: 5>; put=setter; v=0; x=None
> run-stale
runs c3
names get=<state: 5>; put=setter; v=5; x=None

## a stale cell is deleted
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = 1
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1; z=1
> remove c2
runs -
names x=2; z=1
> run-stale
runs -
names x=2; z=1

## a stale cell is emptied
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1
> edit c2 |
runs -
empties c2
names x=2

## a stale cell is edited, so that it is stale no more
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1
> edit c2 | y = 7
runs c2
names x=2; y=7

## a second definer in a lazy notebook is an error at once
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> add c3 | x = 2
runs -
ends c1 error; c2 cancelled; c3 error
names -
> remove c3
runs -
ends c1 stale; c2 stale
stale c1 c2
names -
> run-stale
runs c1 c2
names x=1; y=1

## a cycle in a lazy notebook comes and goes
settings {"autorun": false}
c1 | a = 1
c2 | b = a
> edit c1 | a = b
runs -
ends c1 error; c2 error
names -
> edit c1 | a = 4
runs c1
ends c2 stale
stale c2
names a=4
> run-stale
runs c2
names a=4; b=4

## a cell is disabled and enabled in a lazy notebook
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> disable c1
runs -
ends c1 stale; c2 stale
names -
> enable c1
runs c1
ends c2 stale
stale c2
names x=1
> run-stale
runs c2
names x=1; y=1

## a comment in a lazy notebook makes nothing stale
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 1  # one
runs -
names x=1; y=1

## a diamond in a lazy notebook
settings {"autorun": false}
c1 | x = 1
c2 | a = x
c3 | b = x
c4 | y = a + b
> edit c1 | x = 2
runs c1
ends c2 stale; c3 stale; c4 stale
stale c2 c3 c4
names a=1; b=1; x=2; y=2
> run c3
runs c3
ends c4 stale
stale c2 c4
names a=1; b=2; x=2; y=2
> run c4
runs c2 c4
names a=2; b=2; x=2; y=4

## a notebook becomes lazy
c1 | x = 1
c2 | y = x
> settings {"autorun": false}
runs -
names x=1; y=1
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1

## a notebook becomes lazy by the very edit
c1 | x = 1
c2 | y = x
> settings {"autorun": false}
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1

## a lazy notebook runs by itself again: what is stale stays so until it is asked for
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = 1
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1; z=1
> settings {"autorun": true}
runs -
stale c2
names x=2; y=1; z=1
> edit c3 | z = 2
runs c3
stale c2
names x=2; y=1; z=2
> edit c1 | x = 3
runs c1 c2
names x=3; y=3; z=2

## a lazy edit that raises leaves its users stale
settings {"autorun": false}
c1 | x = 1
c2 | y = x
> edit c1 | x = 1 / 0
runs c1
ends c1 error; c2 stale
stale c2
names y=1
> run-stale
runs -
ends c2 cancelled
says c2 c1, which it depends on, failed
names -

## a deleted cell of a lazy notebook leaves its users stale
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = y
> remove c1
runs -
ends c2 stale; c3 stale
stale c2 c3
names y=1; z=1
> run-stale
runs c2
ends c2 error; c3 cancelled
names -

## tn.stop in a lazy notebook
settings {"autorun": false}
c1 | import tiffin as tn
c2 | x = 0
c3 | tn.stop(x); y = x
c4 | z = y
> edit c2 | x = 1
runs c2
ends c3 stale; c4 stale
stale c3 c4
names x=1; y=0; z=0
> run-stale
runs c3
ends c4 cancelled
success yes
names x=1

## what needs a stale cell runs it first, lazy or not
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = 1
> edit c1 | x = 2
runs c1
ends c2 stale
stale c2
names x=2; y=1; z=1
> settings {"autorun": true}
runs -
stale c2
names x=2; y=1; z=1
> edit c3 | z = y
runs c2 c3
names x=2; y=2; z=2

## a run of one cell needs what is stale above it, lazy or not
settings {"autorun": false}
c1 | x = 1
c2 | y = x
c3 | z = y
> edit c1 | x = 2
runs c1
ends c2 stale; c3 stale
stale c2 c3
names x=2; y=1; z=1
> settings {"autorun": true}
runs -
stale c2 c3
names x=2; y=1; z=1
> run c3
runs c2 c3
names x=2; y=2; z=2
"""
