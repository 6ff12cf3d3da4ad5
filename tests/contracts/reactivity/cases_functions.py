"""Private names, functions and classes."""

TABLE = """
## private names are each cell's own
c1 | _x = 1; a = _x
c2 | _x = 2; b = _x
runs c1 c2
names a=1; b=2
> edit c1 | _x = 5; a = _x
runs c1
names a=5; b=2

## a private name of another cell is not there
c1 | _x = 1
c2 | y = _x
runs c1 c2
ends c2 error
says c2 NameError: name '_x' is not defined
names -

## a private name becomes public
c1 | _x = 1
c2 | y = x
ends c2 error
> edit c1 | x = 1
runs c1 c2
names x=1; y=1

## a private function behind a public one
c1 | def _f(): return 1
   | def f(): return _f() + 1
c2 | y = f()
> edit c1 | def _f(): return 10
          | def f(): return _f() + 1
runs c1 c2
hits -
names f=def; y=11

## a name with two underscores around it is private to nobody
c1 | __all__ = [1]
c2 | y = __all__
runs c1 c2
names __all__=[1]; y=[1]

## a function's body is edited
c1 | def f(v): return v + 1
c2 | y = f(1)
c3 | z = 5
> edit c1 | def f(v): return v + 2
runs c1 c2
names f=def; y=3; z=5

## a comment in a function's body runs nothing
c1 | def f(v):
   |     return v + 1
c2 | y = f(1)
> edit c1 | def f(v):
          |     # one more
          |     return v + 1
runs -
names f=def; y=2

## a helper's body is edited: those that call it through others run
c1 | def helper(v): return v + 1
c2 | def f(v): return helper(v)
c3 | y = f(1)
> edit c1 | def helper(v): return v + 5
runs c1 c2 c3
names f=def; helper=def; y=6

## a function that refers to a global of another cell
c1 | k = 2
c2 | def f(v): return v * k
c3 | y = f(3)
> edit c1 | k = 5
runs c1 c2 c3
names f=def; k=5; y=15

## a function may be defined above the globals that it uses
c1 | def f(v): return v * k
c2 | y = f(3)
c3 | k = 2
runs c3 c1 c2
names f=def; k=2; y=6

## a recursive function
c1 | def fact(n): return 1 if n < 2 else n * fact(n - 1)
c2 | y = fact(4)
> edit c1 | def fact(n): return 1 if n < 1 else n * fact(n - 1) + 1
runs c1 c2
names fact=def; y=65

## a decorated function
c1 | def twice(f): return lambda v: 2 * f(v)
c2 | @twice
   | def f(v): return v + 1
c3 | y = f(1)
> edit c1 | def twice(f): return lambda v: 3 * f(v)
runs c1 c2 c3
names f=def; twice=def; y=6

## a decorator goes
c1 | def twice(f): return lambda v: 2 * f(v)
c2 | @twice
   | def f(v): return v + 1
c3 | y = f(1)
> edit c2 | def f(v): return v + 1
runs c2 c3
names f=def; twice=def; y=2

## a default argument is evaluated where the function is defined
c1 | k = 2
c2 | def f(v=k): return v
c3 | y = f()
> edit c1 | k = 3
runs c1 c2 c3
names f=def; k=3; y=3

## an annotation is a reference
c1 | T = int
c2 | def f(v: T) -> T: return v
c3 | y = f.__annotations__['v'].__name__
> edit c1 | T = float
runs c1 c2 c3
names T=class; f=def; y='float'

## a closure keeps what it was made with
c1 | k = 2
c2 | def make(n):
   |     def inner(v): return v * n * k
   |     return inner
c3 | f = make(10)
c4 | y = f(1)
> edit c1 | k = 3
runs c1 c2 c3 c4
names f=def; k=3; make=def; y=30

## a lambda refers to a global
c1 | k = 2
c2 | f = lambda v: v * k
c3 | y = f(1)
> edit c1 | k = 7
runs c1 c2 c3
names f=def; k=7; y=7

## a function's own variables are no definitions
c1 | def f():
   |     x = 1
   |     return x
c2 | x = f()
runs c1 c2
names f=def; x=1

## an argument hides a global
c1 | x = 1
c2 | def f(x): return x
c3 | y = f(5)
> edit c1 | x = 2
runs c1
names f=def; x=2; y=5

## a global that a function binds belongs to the cell of the function
c1 | def f():
   |     global g
   |     g = 4
   | f()
c2 | y = g
runs c1 c2
names f=def; g=4; y=4
> edit c1 | def f():
          |     global g
          |     g = 5
          | f()
runs c1 c2
names f=def; g=5; y=5

## a class is edited: what is made of it runs
c1 | class A:
   |     k = 1
c2 | y = A().k
> edit c1 | class A:
          |     k = 2
runs c1 c2
names A=class; y=2

## a base class is edited
c1 | class A:
   |     k = 1
c2 | class B(A): pass
c3 | y = B().k
> edit c1 | class A:
          |     k = 2
runs c1 c2 c3
names A=class; B=class; y=2

## a method refers to a global
c1 | k = 1
c2 | class A:
   |     def go(self): return k
c3 | y = A().go()
> edit c1 | k = 2
runs c1 c2 c3
names A=class; k=2; y=2

## an attribute of a class is no definition
c1 | x = 1
c2 | class A:
   |     x = 2
runs c1 c2
names A=class; x=1
"""
