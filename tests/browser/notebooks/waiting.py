# %%
import asyncio
import time

import tiffin as tn

# %% widgets
what = tn.ui.text(value="nothing", label="What")
what


# %% wait
async def answer():
    await asyncio.sleep(0.01)
    print("inside")
    return 42


match what.value:
    case "sleep":
        print("before")
        time.sleep(0.01)
        found = "slept"
    case "long sleep":
        print("before")
        time.sleep(10**6)
        found = "never"
    case "input":
        name = input("Who is it? ")
        found = f"hello {name}"
    case "run":
        found = asyncio.run(answer())
    case "loop":
        found = asyncio.get_event_loop().run_until_complete(answer())
    case "await":
        found = await answer()
    case "long await":
        print("before")
        await asyncio.sleep(10**6)
        found = "never"
    case _:
        found = what.value
found
