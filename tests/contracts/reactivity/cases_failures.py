"""Cells that fail, and shapes in which each cell runs once."""

TABLE = """
## a failure cancels all that depends on it, and nothing else
c1 | x = 1 / 0
c2 | y = x
c3 | z = y
c4 | w = 1
c5 | v = w
runs c1 c4 c5
ends c1 error; c2 cancelled; c3 cancelled
names v=1; w=1

## a failure in the middle of a chain
c1 | x = 0
c2 | y = 1 / x
c3 | z = y
runs c1 c2
ends c2 error; c3 cancelled
names x=0
> edit c1 | x = 1
runs c1 c2 c3
names x=1; y=1.0; z=1.0

## a value makes a cell fail, and another value repairs it
c1 | x = 1
c2 | y = 1 // x
c3 | z = y
> edit c1 | x = 0
runs c1 c2
ends c2 error; c3 cancelled
names x=0
> edit c1 | x = 1
runs c1 c2 c3
hits c1 c2 c3
names x=1; y=1; z=1

## two failures above one cell
c1 | a = 1 / 0
c2 | b = 1 / 0
c3 | y = a + b
runs c1 c2
ends c1 error; c2 error; c3 cancelled
names -
> edit c1 | a = 1
runs c1
ends c3 cancelled
says c3 c2, which it depends on, failed
names a=1
> edit c2 | b = 1
runs c2 c3
names a=1; b=1; y=2

## a failure is tried again when somebody asks
c1 | x = 1 / 0
c2 | y = x
> run c1
runs c1
ends c1 error; c2 cancelled
names -

## what depends on a failure is not run without it
c1 | x = 1 / 0
c2 | y = x
> run c2
runs -
ends c2 cancelled
says c2 c1, which it depends on, failed
names -

## an exception that ends programs ends its cell only
c1 | raise SystemExit(1)
c2 | x = 1
runs c1 c2
ends c1 error
names x=1

## a cell that catches its failure goes on
c1 | try:
   |     x = 1 / 0
   | except ZeroDivisionError as e:
   |     x = 0
c2 | y = x
runs c1 c2
names x=0; y=0

## a diamond runs each cell once
c1 | x = 1
c2 | a = x + 1
c3 | b = x + 2
c4 | y = a * b
> edit c1 | x = 2
runs c1 c2 c3 c4
names a=3; b=4; x=2; y=12

## a diamond upside down in the document
c1 | y = a * b
c2 | b = x + 2
c3 | a = x + 1
c4 | x = 1
> edit c4 | x = 2
runs c4 c2 c3 c1
names a=3; b=4; x=2; y=12

## a diamond with a failing side
c1 | x = 1
c2 | a = x + 1
c3 | b = 1 // x
c4 | y = a * b
> edit c1 | x = 0
runs c1 c2 c3
ends c3 error; c4 cancelled
names a=1; x=0

## a diamond of diamonds
c1 | a = 1
c2 | b = a
c3 | c = a
c4 | d = b + c
c5 | e = d
c6 | f = d
c7 | g = e + f
> edit c1 | a = 2
runs c1 c2 c3 c4 c5 c6 c7
names a=2; b=2; c=2; d=4; e=4; f=4; g=8

## a long way and a short way to the same cell
c1 | x = 1
c2 | a = x
c3 | b = a
c4 | c = b
c5 | y = x + c
> edit c1 | x = 2
runs c1 c2 c3 c4 c5
names a=2; b=2; c=2; x=2; y=4

## a chain from below to above
c1 | f = e
c2 | e = d
c3 | d = c
c4 | c = b
c5 | b = a
c6 | a = 1
> edit c6 | a = 2
runs c6 c5 c4 c3 c2 c1
names a=2; b=2; c=2; d=2; e=2; f=2

## a cell that somebody asks for runs with what depends on it
c1 | x = 1
c2 | y = x
c3 | z = y
> run c2
runs c2 c3
hits c2 c3
names x=1; y=1; z=1

## a forced cell really runs, and its users are answered if its value is the same
c1 | x = 1
c2 | y = x
> force c1
runs c1 c2
hits c2
names x=1; y=1
"""
