"""Imports, scopes, and all the ways of binding a name."""

TABLE = """
## an import
c1 | import math
c2 | y = math.floor(2.5)
> edit c1 | import cmath as math
runs c1 c2
ends c2 error
names math=module

## an import under another name
c1 | import math as m
c2 | y = m.floor(2.5)
runs c1 c2
names m=module; y=2
> edit c1 | import math
runs c1 c2
ends c2 error
names math=module

## a name from a module
c1 | from math import floor
c2 | y = floor(2.5)
> edit c1 | from math import ceil as floor
runs c1 c2
names floor=<built-in function ceil>; y=3

## a module in a package binds the package
c1 | import os.path
c2 | y = os.path.basename('a/b')
runs c1 c2
names os=module; y='b'

## an import that two cells make has two definers
c1 | import math
c2 | import math; y = 1
runs -
ends c1 error; c2 error
names -

## an import that fails
c1 | import no_such_module_at_all
c2 | y = no_such_module_at_all.x
runs c1
ends c1 error; c2 cancelled
says c1 ModuleNotFoundError
names -

## an import is deleted
c1 | import math
c2 | y = math.pi
> remove c1
runs c2
ends c2 error
names -

## a comprehension's variable is its own
c1 | x = [i for i in range(3)]
c2 | i = 5
runs c1 c2
names i=5; x=[0, 1, 2]

## a comprehension reads a global
c1 | k = 2
c2 | x = [i * k for i in range(3)]
> edit c1 | k = 3
runs c1 c2
names k=3; x=[0, 3, 6]

## a comprehension over a name that is its variable's too
c1 | i = [1, 2]
c2 | x = [i for i in i]
> edit c1 | i = [3]
runs c1 c2
names i=[3]; x=[3]

## a walrus binds a name
c1 | if (n := 5) > 3: pass
c2 | y = n
> edit c1 | if (n := 6) > 3: pass
runs c1 c2
names n=6; y=6

## a walrus in a comprehension binds a name of the cell
c1 | x = [(last := i) for i in range(3)]
c2 | y = last
runs c1 c2
names last=2; x=[0, 1, 2]; y=2

## a name that is bound on one path only
c1 | flag = True
c2 | if flag:
   |     x = 1
c3 | y = x
> edit c1 | flag = False
runs c1 c2 c3
ends c3 error
says c3 NameError: name 'x' is not defined
names flag=False
> edit c1 | flag = True
runs c1 c2 c3
names flag=True; x=1; y=1

## a name that is bound either way
c1 | flag = True
c2 | if flag:
   |     x = 1
   | else:
   |     x = 2
c3 | y = x
> edit c1 | flag = False
runs c1 c2 c3
names flag=False; x=2; y=2

## a deleted name is not there for others
c1 | x = 1; y = 2
c2 | z = y
> edit c1 | x = 1; y = 2; del y
runs c1 c2
ends c2 error
names x=1

## a name of another cell is deleted: it still belongs to that cell
c1 | x = [1, 2]
c2 | y = x[0]
> edit c2 | y = x[1]
runs c2
names x=[1, 2]; y=2

## what an exception is called is no definition
c1 | e = 1
c2 | try: 1 / 0
   | except ZeroDivisionError as e: x = 'caught'
runs c1 c2
names e=1; x='caught'

## the user of an exception's name outside its handler
c1 | try: 1 / 0
   | except ZeroDivisionError as e: x = str(e)
c2 | y = x
runs c1 c2
names x='division by zero'; y='division by zero'

## unpacking binds every name
c1 | first, *rest = [1, 2, 3]
c2 | y = first
c3 | z = rest
> edit c1 | first, *rest = [1, 4]
runs c1 c2 c3
hits c2
names first=1; rest=[4]; y=1; z=[4]

## unpacking in nested targets
c1 | (a, [b, c]), d = (1, [2, 3]), 4
c2 | y = a + b + c + d
runs c1 c2
names a=1; b=2; c=3; d=4; y=10

## a pattern binds names
c1 | p = {'k': [1, 2, 3], 'm': 4}
c2 | match p:
   |     case {'k': [head, *tail], **others}: pass
c3 | y = head, tail, others
> edit c1 | p = {'k': [9], 'm': 4}
runs c1 c2 c3
names head=9; others={'m': 4}; p={'k': [9], 'm': 4}; tail=[]; y=(9, [], {'m': 4})

## a loop binds its variable
c1 | for i in range(3): total = i
c2 | y = i + total
> edit c1 | for i in range(4): total = i
runs c1 c2
names i=3; total=3; y=6

## a with statement binds its name
c1 | import io
c2 | with io.StringIO('dal') as stream: text = stream.read()
c3 | y = text
> edit c2 | with io.StringIO('rice') as stream: text = stream.read()
runs c2 c3
names io=module; stream=<StringIO>; text='rice'; y='rice'

## an augmented assignment binds
c1 | x = 1; x += 1
c2 | y = x
> edit c1 | x = 1; x += 5
runs c1 c2
names x=6; y=6

## an augmented assignment to another cell's name is a second definition
c1 | x = 1
c2 | x += 1
runs -
ends c1 error; c2 error
names -

## an annotated assignment binds, a bare annotation does not
c1 | x: int = 1
c2 | y = x
> edit c1 | x: int
runs c1 c2
ends c2 error
names -

## an item that is assigned is no definition
c1 | d = {}
c2 | e = {}; e['k'] = 1
c3 | y = d, e
runs c1 c2 c3
names d={}; e={'k': 1}; y=({}, {'k': 1})

## an f-string reads names
c1 | x = 1
c2 | y = f'{x:>{x}} {x + 1!r}'
> edit c1 | x = 2
runs c1 c2
names x=2; y=' 2 3'

## a generator that another cell uses up
c1 | n = 2
c2 | g = iter([n, n + 1])
c3 | y = list(g)
> edit c1 | n = 5
runs c1 c2 c3
names g=<list_iterator>; n=5; y=[5, 6]

## await at the top of a cell
c1 | import asyncio
c2 | await asyncio.sleep(0); x = 1
c3 | y = x
> edit c2 | await asyncio.sleep(0); x = 2
runs c2 c3
names asyncio=module; x=2; y=2

## an async function
c1 | async def f(v): return v + 1
c2 | y = await f(1)
> edit c1 | async def f(v): return v + 2
runs c1 c2
names f=def; y=3

## an async comprehension
c1 | async def numbers():
   |     for i in range(3): yield i
c2 | x = [i async for i in numbers()]
runs c1 c2
names numbers=def; x=[0, 1, 2]

## a failure after an await
c1 | import asyncio
c2 | await asyncio.sleep(0); x = 1 / 0
c3 | y = x
runs c1 c2
ends c2 error; c3 cancelled
names asyncio=module

## code in a string is no reference
c1 | x = 1
c2 | y = eval('x + 1')
runs c1 c2
names x=1; y=2
> edit c1 | x = 5
runs c1
names x=5; y=2

## the last expression alone is no definition
c1 | x = 1
c2 | x + 1
> edit c1 | x = 2
runs c1 c2
shows c2=3
names x=2
"""
