# %% [markdown]
# # Results of calls

# %%
import time

import tiffin as tn

# %%
count = tn.ui.slider(1, 9, value=2)
count


# %%
@tn.persistent_cache
def simmered(kind):
    """A pot that nobody wants to wait for."""
    print("simmering", kind)
    return [f"{kind} {index}" for index in range(4000)]


@tn.cache
def seasoned(number):
    return number * 2


# %%
pots = [simmered("dal"), simmered("rice")]
sum(map(len, pots))

# %%
with tn.persistent_cache("stock") as stock:
    print("boiling")
    broth = [1.5 * index for index in range(9000)]
len(broth)

# %%
# live whenever the slider moves: its calls are not
with tn.persistent_cache("broth again") as again:
    print("boiling again")
    litres = sum(range(9000))
before = time.perf_counter()
served = [simmered("dal")[count.value], simmered("rice")[-1], seasoned(count.value), seasoned(count.value), litres]
print("hit" if again.hit else "miss")
served

# %%
# new work: a call that nobody made before
fresh = simmered(f"soup {count.value}") if count.value > 5 else []
len(fresh)
