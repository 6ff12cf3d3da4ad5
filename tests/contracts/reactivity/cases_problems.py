"""Names with several definers, cycles, and disabled cells."""

TABLE = """
## a name that gets a second definer makes both fail, and blocks its users
c1 | x = 1
c2 | w = 2
c3 | y = x
c4 | z = 4
> edit c2 | x = 2
runs -
ends c1 error; c2 error; c3 cancelled
says c1 'x' is also defined by c2
says c2 'x' is also defined by c1
names z=4

## a second definer comes as a new cell
c1 | x = 1
c2 | y = x
> add c3 | x = 2
runs -
ends c1 error; c2 cancelled; c3 error
names -

## two definers are repaired by renaming
c1 | x = 1
c2 | x = 2
c3 | y = x
ends c1 error; c2 error; c3 cancelled
> edit c2 | w = 2
runs c1 c2 c3
names w=2; x=1; y=1

## two definers are repaired by deleting the second
c1 | x = 1
c2 | x = 2
c3 | y = x
> remove c2
runs c1 c3
names x=1; y=1

## two definers are repaired by deleting the first
c1 | x = 1
c2 | x = 2
c3 | y = x
> remove c1
runs c2 c3
names x=2; y=2

## two definers are repaired by making one private
c1 | x = 1
c2 | x = 2; w = x
c3 | y = x
> edit c2 | _x = 2; w = _x
runs c1 c2 c3
names w=2; x=1; y=1

## two definers are repaired by emptying one
c1 | x = 1
c2 | x = 2
c3 | y = x
> edit c1 |
runs c2 c3
empties c1
names x=2; y=2

## two definers: a comment changes nothing
c1 | x = 1
c2 | x = 2
> edit c2 | x = 2  # two
runs -
names -

## two definers: an edit that keeps the name keeps the error
c1 | x = 1
c2 | x = 2
c3 | y = x
> edit c2 | x = 3
runs -
ends c2 error
names -

## two definers: a name beside the doubled one is gone too
c1 | x = 1; w = 5
c2 | x = 2
c3 | y = w
c4 | z = 1
ends c1 error; c2 error; c3 cancelled
> edit c4 | z = 2
runs c4
names z=2

## three definers: two are left when one goes
c1 | x = 1
c2 | x = 2
c3 | x = 3
c4 | y = x
> remove c2
runs -
ends c1 error; c3 error; c4 cancelled
says c1 'x' is also defined by c3
names -
> remove c3
runs c1 c4
names x=1; y=1

## three definers are repaired at once
c1 | x = 1
c2 | x = 2
c3 | x = 3
c4 | y = x
> remove c1 c2
runs c3 c4
names x=3; y=3

## two names with two definers each, repaired one after the other
c1 | a = 1; b = 1
c2 | a = 2
c3 | b = 3
c4 | y = a + b
> edit c2 | w = 2
runs c2
ends c1 error; c4 cancelled
names w=2
> edit c3 | v = 3
runs c1 c3 c4
names a=1; b=1; v=3; w=2; y=2

## a loop variable is a definition like any other
c1 | for i in range(3): pass
c2 | x = 1
> edit c2 | for i in range(4): pass
runs -
ends c1 error; c2 error
names -
> edit c2 | for _i in range(4): pass
runs c1 c2
names i=2

## two cells come to need each other
c1 | a = 1
c2 | b = a
c3 | y = b
> edit c1 | a = b
runs -
ends c1 error; c2 error; c3 cancelled
says c1 these cells need each other's results: c1 -> c2 -> c1
names -

## a cycle of two is broken
c1 | a = b
c2 | b = a
c3 | y = b
ends c1 error; c2 error; c3 cancelled
> edit c1 | a = 5
runs c1 c2 c3
names a=5; b=5; y=5

## a cycle of three comes and goes
c1 | a = 1
c2 | b = a
c3 | c = b
> edit c1 | a = c
runs -
ends c1 error; c2 error; c3 error
names -
> edit c2 | b = 4
runs c2 c3 c1
names a=4; b=4; c=4

## a cycle is broken by deleting a cell of it
c1 | a = c
c2 | b = a
c3 | c = b
> remove c2
runs c3
ends c1 cancelled; c3 error
says c3 NameError: name 'b' is not defined
names -

## of two cycles one is broken, and the other stays
c1 | a = b
c2 | b = a
c3 | c = d
c4 | d = c
> edit c1 | a = 1
runs c1 c2
names a=1; b=1
> edit c3 | c = d + 1
runs -
ends c3 error; c4 error
names a=1; b=1
> edit c4 | d = 2
runs c4 c3
names a=1; b=1; c=3; d=2

## a name with several definers stays so while another is repaired
c1 | a = 1
c2 | a = 2
c3 | b = 1
c4 | b = 2
> edit c2 | w = 2
runs c1 c2
names a=1; w=2
> edit c4 | b = 3
runs -
ends c4 error
names a=1; w=2

## a cycle leaves the rest running
c1 | a = b
c2 | b = a
c3 | x = 1
c4 | y = x
> edit c3 | x = 2
runs c3 c4
names x=2; y=2

## a cell that uses the name that it binds is no cycle
c1 | x = x + 1
runs c1
ends c1 error
says c1 NameError: name 'x' is not defined
names -

## a cell that needs itself through another cell
c1 | x = 1
c2 | y = x
> edit c1 | x = y + 1
runs -
ends c1 error; c2 error
names -
> edit c1 | x = 2
runs c1 c2
names x=2; y=2

## functions that call each other across cells make a cycle of cells
c1 | def f(n): return n and g(n - 1)
c2 | def g(n): return n and f(n - 1)
runs -
ends c1 error; c2 error
names -

## two cycles that share a cell
c1 | a = b + c
c2 | b = a
c3 | c = a
> edit c1 | a = b
runs -
ends c1 error; c2 error; c3 cancelled
names -
> edit c1 | a = 1
runs c1 c2 c3
names a=1; b=1; c=1

## a disabled cell leaves what depends on it stale, and its names are gone
c1 | x = 1
c2 | y = x
c3 | z = y
c4 | w = 1
> disable c1
runs -
ends c1 stale; c2 stale; c3 stale
says c1 it is disabled
says c3 it depends on c1: it is disabled
success yes
names w=1

## an enabled cell runs, with what depends on it
c1 disabled | x = 1
c2 | y = x
ends c1 stale; c2 stale
> enable c1
runs c1 c2
names x=1; y=1

## a disabled cell is edited
c1 disabled | x = 1
c2 | y = x
> edit c1 | x = 2
runs -
ends c1 stale; c2 stale
names -
> enable c1
runs c1 c2
names x=2; y=2

## what depends on a disabled cell is edited
c1 disabled | x = 1
c2 | y = x
> edit c2 | y = x + 1
runs -
ends c2 stale
names -
> edit c2 | y = 5
runs c2
names y=5

## a disabled leaf takes only its own names along
c1 | x = 1
c2 | y = x
> disable c2
runs -
ends c2 stale
names x=1

## a cell between a disabled one and others is deleted
c1 disabled | x = 1
c2 | y = x
c3 | z = y
> remove c2
runs c3
ends c3 error
names -

## a disabled cell is deleted, so that its users fail
c1 disabled | x = 1
c2 | y = x
> remove c1
runs c2
ends c2 error
names -

## above a disabled cell, things run
c1 | x = 1
c2 disabled | y = x
c3 | z = y
> edit c1 | x = 2
runs c1
ends c2 stale; c3 stale
names x=2

## two disabled cells above one: both have to be enabled
c1 disabled | a = 1
c2 disabled | b = 2
c3 | y = a + b
> enable c1
runs c1
ends c3 stale
names a=1
> enable c2
runs c2 c3
names a=1; b=2; y=3

## a name defined by a disabled cell too has two definers
c1 | x = 1
c2 disabled | x = 2
runs -
ends c1 error; c2 stale
names -
"""
