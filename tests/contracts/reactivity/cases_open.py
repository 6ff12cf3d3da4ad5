"""Cases that tiffin does not fulfil yet; they belong to the suite as soon as it does."""

TABLE = """
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

## a name that goes is gone for cells that run before the edited one
c1 | y = x
c2 | x = 1
> edit c2 | w = 1
runs c1 c2
ends c1 error
names w=1

## a widget that goes is gone for cells that run before the edited one
c1 | import tiffin as tn
c2 | y = s.value
c3 | s = tn.ui.slider(0, 9)
> edit c3 | w = 1
runs c2 c3
ends c2 error
names w=1

## two cells exchange their names, and the cache answers
c1 | a = 0
c2 | b = 5
> edit c1 | b = 5
> edit c2 | a = 0
runs c1 c2
hits c1 c2
names a=0; b=5

## a name moves to a cell above that the cache answers
c1 | b = 1
c2 | a = 0
c3 | y = a
> edit c1 | a = 0
> edit c2 | b = 1
runs c1 c2 c3
names a=0; b=1; y=0

## users of a name with several definers are blocked by the one that stands first now
c1 disabled | a = 0
c2 | a = 0
c3 | y = a
> order c2 c1 c3
runs -
ends c3 cancelled
names -

## a notebook becomes strict
c1 | x = 1
c2 | y = 'x' in globals()
> settings {"strict": true}
runs -
names x=1; y=True
> force c2
runs c2
names x=1; y=False

## a widget moves to another cell that the cache answers
c1 | import tiffin as tn
c2 | a = 0
c3 | s = tn.ui.slider(0, 9)
c4 | y = s.value
> edit c2 | s = tn.ui.slider(0, 9)
> edit c3 | a = 5
runs c2 c3 c4
names a=5; s=<slider 0>; y=0
> set s=5
runs c4
names a=5; s=<slider 5>; y=5
"""
