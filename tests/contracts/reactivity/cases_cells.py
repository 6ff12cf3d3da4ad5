"""Adding, deleting, naming, reordering, splitting and joining cells."""

TABLE = """
## a new cell at the end
c1 | x = 1
> add c2 | y = x
runs c2
names x=1; y=1

## a new cell in the middle
c1 | x = 1
c2 | y = x
> add c3 before c2 | w = x + 5
runs c3
names w=6; x=1; y=1

## a new cell above those whose names it uses
c1 | x = 1
c2 | y = x
> add c3 before c1 | z = y + 1
runs c3
names x=1; y=1; z=2

## a new cell that defines what was missing runs its users
c1 | y = x
c2 | z = y
ends c1 error; c2 cancelled
> add c3 | x = 4
runs c3 c1 c2
names x=4; y=4; z=4

## a new cell that covers a builtin runs those that used the builtin
c1 | y = len([1, 2])
c2 | z = y
> add c3 | def len(v): return 7
runs c3 c1 c2
names len=def; y=7; z=7

## an empty new cell runs nothing
c1 | x = 1
> add c2 |
runs -
empties c2
names x=1

## a new cell that fails
c1 | x = 1
> add c2 | y = x / 0
runs c2
ends c2 error
names x=1

## several new cells at once
c1 | x = 1
> add c2 | z = y
> add c3 | y = x
runs c3 c2
names x=1; y=1; z=1

## a deleted leaf takes only its names along
c1 | x = 1
c2 | y = x
> remove c2
runs -
names x=1

## a deleted cell makes its users fail
c1 | x = 1
c2 | y = x
c3 | z = y
c4 | w = 1
> remove c1
runs c2
ends c2 error; c3 cancelled
says c2 NameError: name 'x' is not defined
names w=1

## a deleted cell in the middle
c1 | x = 1
c2 | y = x
c3 | z = y
> remove c2
runs c3
ends c3 error
names x=1

## a cell that nobody uses is deleted
c1 | 1 + 1
c2 | x = 1
> remove c1
runs -
names x=1

## everything is deleted
c1 | x = 1
c2 | y = x
> remove c1 c2
runs -
names -

## a cell that failed is deleted
c1 | x = 1 / 0
c2 | y = x
ends c1 error; c2 cancelled
> remove c1
runs c2
ends c2 error
says c2 NameError: name 'x' is not defined
names -

## a deleted cell comes back
c1 | x = 1
c2 | y = x
> remove c1
runs c2
ends c2 error
names -
> add c1 | x = 1
runs c1 c2
names x=1; y=1

## a cell is deleted and another takes its place
c1 | x = 1
c2 | y = x
> remove c1
> add c3 | x = 2
runs c3 c2
names x=2; y=2

## a variable renamed in its definer and its user at once
c1 | x = 1
c2 | y = x
c3 | z = y
> edit c1 | w = 1
> edit c2 | y = w
runs c1 c2 c3
hits c3
names w=1; y=1; z=1

## a variable renamed in its definer first, its user later
c1 | x = 1
c2 | y = x
> edit c1 | w = 1
runs c1 c2
ends c2 error
names w=1
> edit c2 | y = w
runs c2
names w=1; y=1

## a variable renamed in its user first, its definer later
c1 | x = 1
c2 | y = x
> edit c2 | y = w
runs c2
ends c2 error
names x=1
> edit c1 | w = 1
runs c1 c2
names w=1; y=1

## two variables change their names with each other
c1 | a = 1
c2 | b = 2
c3 | y = a - b
> edit c1 | b = 1
> edit c2 | a = 2
runs c1 c2 c3
names a=2; b=1; y=1

## a cell that gets a name runs nothing
c1 | x = 1
c2 | y = x
> call c1 total
runs -
names x=1; y=1

## a cell that gets a name and other code runs
c1 | x = 1
c2 | y = x
> call c2 total
runs -
names x=1; y=1
> edit c2 | y = x + 1
runs c2
names x=1; y=2

## another order of the cells runs nothing
c1 | x = 1
c2 | y = x
c3 | z = y
> order c3 c1 c2
runs -
names x=1; y=1; z=1

## another order and an edit run what the edit concerns
c1 | x = 1
c2 | y = x
c3 | z = 5
> order c3 c2 c1
> edit c3 | z = 6
runs c3
names x=1; y=1; z=6

## after another order, cells that wait for nothing run from top to bottom
c1 | x = 1
c2 | y = x
c3 | z = x
> order c3 c2 c1
runs -
names x=1; y=1; z=1
> edit c1 | x = 2
runs c1 c3 c2
names x=2; y=2; z=2

## another order does not repair a name with two definers
c1 | x = 1
c2 | x = 2
ends c1 error; c2 error
> order c2 c1
runs -
names -
> run c1 c2
runs -
ends c1 error; c2 error
names -

## a name moves to another cell
c1 | x = 1
c2 | w = 5
c3 | y = x
> edit c1 | v = 1
> edit c2 | w = 5; x = 2
runs c1 c2 c3
names v=1; w=5; x=2; y=2

## a name moves to another cell with the same value
c1 | x = 1
c2 | w = 5
c3 | y = x
> edit c1 | v = 1
> edit c2 | w = 5; x = 1
runs c1 c2 c3
hits c3
names v=1; w=5; x=1; y=1

## a name moves to a new cell above
c1 | x = 1; w = 5
c2 | y = x
> edit c1 | w = 5
> add c3 before c1 | x = 3
runs c3 c1 c2
names w=5; x=3; y=3

## a name moves to its user
c1 | x = 1
c2 | y = x
> edit c1 | w = 1
> edit c2 | x = 4; y = x
runs c1 c2
names w=1; x=4; y=4

## a cell is split in two
c1 | x = 1; y = x + 1
c2 | z = x + y
> edit c1 | x = 1
> add c3 before c2 | y = x + 1
runs c1 c3 c2
hits c2
names x=1; y=2; z=3

## two cells become one
c1 | x = 1
c2 | y = x + 1
c3 | z = y
> edit c1 | x = 1; y = x + 1
> remove c2
runs c1 c3
hits c3
names x=1; y=2; z=2

## a cell becomes Markdown
c1 | x = 1
c2 | y = x
> markdown c1 | x = 1
runs c2
empties c1
ends c2 error
names -

## Markdown never runs
c1 markdown | # Dal and rice
c2 | x = 1
runs c2
> markdown c1 | # Rice
runs -
empties c1
names x=1

## Markdown becomes code
c1 markdown | x = 1
c2 | y = 7
> edit c1 | x = 1
runs c1
names x=1; y=7

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
