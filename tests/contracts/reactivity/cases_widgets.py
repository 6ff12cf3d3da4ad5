"""Widgets. `tn` is left out of the names."""

TABLE = """
## a widget runs exactly its users, not its own cell
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
c4 | b = a + 1
c5 | c = 7
> set s=5
runs c3 c4
names a=5; b=6; c=7; s=<slider 5>

## a widget set to the value that it has runs nothing
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9, value=3)
c3 | a = s.value
> set s=3
runs -
names a=3; s=<slider 3>

## a widget that nobody uses runs nothing
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = 1
> set s=5
runs -
names a=1; s=<slider 5>

## a widget moved back is answered by the cache
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> set s=5
runs c3
hits -
names a=5; s=<slider 5>
> set s=0
runs c3
hits c3
names a=0; s=<slider 0>

## two widgets set at once run their users once
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | t = tn.ui.slider(0, 9)
c4 | a = s.value + t.value
> set s=2 t=3
runs c4
names a=5; s=<slider 2>; t=<slider 3>

## of two widgets only the users of the moved one run
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9); t = tn.ui.slider(0, 9)
c3 | a = s.value
c4 | b = t.value
> set t=3
runs c4
names a=0; b=3; s=<slider 0>; t=<slider 3>

## a refused value runs nothing
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> set s=50
runs -
success no
names a=0; s=<slider 0>

## a widget inside a list
c1 | import tiffin as tn
c2 | ks = [tn.ui.slider(0, 9), tn.ui.slider(0, 9)]
c3 | a = [k.value for k in ks]
c4 | b = 1
> set ks[1]=7
runs c3
shows c3=-
names a=[0, 7]; b=1; ks=[<slider 0>, <slider 7>]

## a widget inside a dict
c1 | import tiffin as tn
c2 | ks = {'rice': tn.ui.checkbox(False)}
c3 | a = ks['rice'].value
> set ks['rice']=true
runs c3
names a=True; ks={'rice': <checkbox True>}

## a widget with two names runs the users of both
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | t = [s]
c4 | a = t[0].value
c5 | b = s.value
> set s=4
runs c3 c4 c5
names a=4; b=4; s=<slider 4>; t=[<slider 4>]

## a widget that another widget makes
c1 | import tiffin as tn
c2 | n = tn.ui.slider(1, 9, value=2)
c3 | s = tn.ui.slider(0, n.value)
c4 | a = s.value
> set n=5
runs c3 c4
names a=0; n=<slider 5>; s=<slider 0>
> set s=4
runs c4
names a=4; n=<slider 5>; s=<slider 4>

## a user of a widget is edited: the widget stays where it is
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> set s=5
runs c3
names a=5; s=<slider 5>
> edit c3 | a = s.value * 2
runs c3
names a=10; s=<slider 5>

## a widget's own cell is edited: it starts anew
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> set s=5
runs c3
names a=5; s=<slider 5>
> edit c2 | s = tn.ui.slider(0, 20)
runs c2 c3
names a=0; s=<slider 0>

## a comment beside a widget leaves it where it is
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> set s=5
runs c3
names a=5; s=<slider 5>
> edit c2 | s = tn.ui.slider(0, 9)  # cups
runs -
names a=5; s=<slider 5>

## a widget's cell moves in the document: the widget stays where it is
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> set s=5
runs c3
names a=5; s=<slider 5>
> order c3 c2 c1
runs -
names a=5; s=<slider 5>
> set s=6
runs c3
names a=6; s=<slider 6>

## a widget's cell is deleted
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | a = s.value
> remove c2
runs c3
ends c3 error
names -
> set s=5
runs -
success no
names -

## a widget that makes its user fail, and repairs it
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9, value=1)
c3 | a = 1 // s.value
c4 | b = a
> set s=0
runs c3
ends c3 error; c4 cancelled
names s=<slider 0>
> set s=2
runs c3 c4
names a=0; b=0; s=<slider 2>

## a widget used in its own cell shows its first value
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9, value=4); first = s.value
c3 | a = s.value + first
> set s=5
runs c3
names a=9; first=4; s=<slider 5>

## a function that looks at a widget
c1 | import tiffin as tn
c2 | s = tn.ui.slider(0, 9)
c3 | def f(): return s.value
c4 | a = f()
> set s=5
runs c3 c4
names a=5; f=def; s=<slider 5>

## a text and a dropdown
c1 | import tiffin as tn
c2 | t = tn.ui.text('dal'); d = tn.ui.dropdown(['a', 'b'])
c3 | a = t.value, d.value
> set t="rice"
runs c3
names a=('rice', 'a'); d=<dropdown 'a'>; t=<text 'rice'>
> set d="b"
runs c3
names a=('rice', 'b'); d=<dropdown 'b'>; t=<text 'rice'>
"""
