"""Editing cells: values, names, references, comments, syntax errors, failures."""

TABLE = """
## opening runs every cell in the order of dependency, wherever it stands
c1 | z = y + 1
c2 | y = x + 1
c3 | x = 1
runs c3 c2 c1
names x=1; y=2; z=3

## a changed value runs the cell and those that use it
c1 | x = 1
c2 | y = x + 1
c3 | z = 5
> edit c1 | x = 2
runs c1 c2
names x=2; y=3; z=5

## an edit in the middle of a chain leaves what is above alone
c1 | x = 1
c2 | y = x + 1
c3 | z = y + 1
> edit c2 | y = x * 10
runs c2 c3
names x=1; y=10; z=11

## an edited leaf runs alone
c1 | x = 1
c2 | y = x
c3 | y + 1
> edit c3 | y + 2
runs c3
shows c3=3
names x=1; y=1

## an edit that gives the same value lets its users be answered by the cache
c1 | x = 4
c2 | y = x + 1
> edit c1 | x = 2 + 2
runs c1 c2
hits c2
names x=4; y=5

## an edit back to what was there is answered by the cache
c1 | x = 1
c2 | y = x + 1
> edit c1 | x = 2
runs c1 c2
names x=2; y=3
> edit c1 | x = 1
runs c1 c2
hits c1 c2
names x=1; y=2

## an edit of another type with an equal value runs the users
c1 | x = 1
c2 | y = repr(x)
> edit c1 | x = True
runs c1 c2
hits -
names x=True; y='True'

## a comment runs nothing
c1 | x = 1
c2 | y = x
> edit c1 | x = 1  # one
runs -
names x=1; y=1

## blanks and empty lines run nothing
c1 | x = 1
c2 | y = x
> edit c1 |
       | x  =  1
runs -
names x=1; y=1

## a semicolon that hides an output runs the cell
c1 | x = 1
c2 | x
> edit c2 | x;
runs c2
names x=1
shows c2=-

## an added name runs those that lacked it
c1 | x = 1
c2 | y = w
ends c2 error
> edit c1 | x = 1; w = 5
runs c1 c2
names w=5; x=1; y=5

## an added name that nobody uses leaves the values of others as they are
c1 | x = 1
c2 | y = x
> edit c1 | x = 1; w = 5
runs c1 c2
hits c2
names w=5; x=1; y=1

## a dropped name makes its users fail, and cancels what depends on these
c1 | x = 1; w = 5
c2 | y = w
c3 | z = y
c4 | u = x
> edit c1 | x = 1
runs c1 c2 c4
ends c2 error; c3 cancelled
says c2 NameError: name 'w' is not defined
says c3 c2, which it depends on, failed
names u=1; x=1

## a dropped name that comes back repairs everything
c1 | w = 5
c2 | y = w
c3 | z = y
> edit c1 | v = 5
runs c1 c2
ends c2 error; c3 cancelled
names v=5
> edit c1 | w = 6
runs c1 c2 c3
names w=6; y=6; z=6

## a dropped name that is a builtin's uncovers the builtin
c1 | sum = 5
c2 | y = sum
c3 | z = repr(y)
> edit c1 | total = 5
runs c1 c2 c3
names total=5; y=<built-in function sum>; z='<built-in function sum>'

## an added name that is a builtin's covers it
c1 | x = 1
c2 | y = max([x, 2])
> edit c1 | x = 1; max = min
runs c1 c2
names max=<built-in function min>; x=1; y=1

## an added reference makes a cell follow
c1 | x = 1
c2 | y = 7
> edit c2 | y = x
runs c2
names x=1; y=1
> edit c1 | x = 2
runs c1 c2
names x=2; y=2

## a dropped reference makes a cell follow no more
c1 | x = 1
c2 | y = x
> edit c2 | y = 7
runs c2
names x=1; y=7
> edit c1 | x = 2
runs c1
names x=2; y=7

## a reference that goes to another cell
c1 | a = 1
c2 | b = 2
c3 | y = a
> edit c3 | y = b
runs c3
names a=1; b=2; y=2
> edit c1 | a = 10
runs c1
names a=10; b=2; y=2

## emptied code takes its names along
c1 | x = 1
c2 | y = x
c3 | z = y
> edit c1 |
runs c2
empties c1
ends c2 error; c3 cancelled
names -

## an emptied leaf runs nothing
c1 | x = 1
c2 | y = x
> edit c2 |
runs -
empties c2
names x=1

## only a comment left is as empty as nothing
c1 | x = 1
c2 | y = x
> edit c2 | # y = x
runs -
empties c2
shows c2=-
names x=1

## an emptied cell that is written again
c1 | x = 1
c2 | y = x
> edit c1 |
runs c2
empties c1
ends c2 error
names -
> edit c1 | x = 3
runs c1 c2
names x=3; y=3

## a syntax error takes names away, and its repair brings them back
c1 | x = 1
c2 | y = x
> edit c1 | x =
runs c2
ends c1 error; c2 error
says c1 SyntaxError: invalid syntax
says c2 NameError: name 'x' is not defined
names -
> edit c1 | x = 2
runs c1 c2
names x=2; y=2

## a syntax error in a leaf concerns nobody else
c1 | x = 1
c2 | y = x
> edit c2 | y = (x
runs -
ends c2 error
names x=1

## one syntax error after another
c1 | x = 1
c2 | 7
> edit c1 | x =
runs -
ends c1 error
names -
> edit c1 | x = = 2
runs -
ends c1 error
names -

## other cells run while one has a syntax error
c1 | x =
c2 | y = 1
c3 | z = y
> edit c2 | y = 2
runs c2 c3
names y=2; z=2

## an edit that raises takes names away and cancels what depends on it
c1 | x = 1
c2 | y = x
c3 | z = y
c4 | w = 1
> edit c1 | x = 1 / 0
runs c1
ends c1 error; c2 cancelled; c3 cancelled
says c1 ZeroDivisionError: division by zero
says c3 c1, which it depends on, failed
names w=1

## a cell that raises half-way leaves none of its names
c1 | x = 1
c2 | y = x
> edit c1 | x = 2; w = 3; 1 / 0
runs c1
ends c1 error; c2 cancelled
names -

## an edit that raises is repaired
c1 | x = 1 / 0
c2 | y = x
c3 | z = y
ends c1 error; c2 cancelled; c3 cancelled
> edit c1 | x = 1
runs c1 c2 c3
names x=1; y=1; z=1

## an edit below a cell that failed is cancelled
c1 | x = 1 / 0
c2 | y = x
> edit c2 | y = x + 1
runs -
ends c2 cancelled
says c2 c1, which it depends on, failed
names -

## an edit that lets go of a cell that failed
c1 | x = 1 / 0
c2 | y = x
c3 | z = y
> edit c2 | y = 5
runs c2 c3
names y=5; z=5

## two cells edited at once run once each
c1 | x = 1
c2 | y = x
c3 | z = x + y
> edit c1 | x = 2
> edit c2 | y = x * 2
runs c1 c2 c3
names x=2; y=4; z=6

## an edit that changes nothing runs nothing
c1 | x = 1
c2 | y = x
> edit c1 | x = 1
runs -
names x=1; y=1
"""
