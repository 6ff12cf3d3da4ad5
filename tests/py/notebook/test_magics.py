"""IPython syntax, rewritten."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.notebook.installs import read_install
from tiffin.notebook.magics import rewrite


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("%matplotlib inline\nx = 1", "pass  # %matplotlib inline\nx = 1"),
        ("%config Backend.format = 'svg'", "pass  # %config Backend.format = 'svg'"),
        ("%load_ext autoreload\n%autoreload 2", "pass  # %load_ext autoreload\npass  # %autoreload 2"),
        ("obj?", "pass  # %pinfo obj"),
        ("?obj", "pass  # %pinfo obj"),
        ("obj.method??", "pass  # %pinfo2 obj.method"),
        ("%time f(x)", "__tiffin__.time(lambda: (f(x)))"),
        ("%time f(x)  # why", "__tiffin__.time(lambda: (f(x)))"),
        ("%time f(x);", "__tiffin__.time(lambda: (f(x)));"),
        ("x = %time f('é')", "x = __tiffin__.time(lambda: (f('é')))"),
        ("é = %time f(y)", "é = __tiffin__.time(lambda: (f(y)))"),
        ("%time x = f()", "with __tiffin__.timer(): x = f()"),
        ("%time x = 1; y = 2", "with __tiffin__.timer(): x = 1; y = 2"),
        ("%time await f()", "with __tiffin__.timer(): await f()"),
        ("x = %time await f()", "with __tiffin__.timer(): x = await f()"),
        ("%time (y := f())", "with __tiffin__.timer(): (y := f())"),
        ("%time for i in x: f(i)", "with __tiffin__.timer():\n    for i in x: f(i)"),
        ("%time", "pass"),
        ("%timeit f(x)", "__tiffin__.timeit(lambda: (f(x)))"),
        ("%timeit -n 10 -r3 f(x)", "__tiffin__.timeit(lambda: (f(x)), number=10, repeat=3)"),
        ("%timeit -o -q f(x)", "__tiffin__.timeit(lambda: (f(x)))"),
        ("%time f(1) \\\n + 3\ny", "__tiffin__.time(lambda: (f(1)   + 3))\n\ny"),
        ("if a:\n    %time f(x)", "if a:\n    __tiffin__.time(lambda: (f(x)))"),
        ("if a:\n    %matplotlib inline", "if a:\n    pass  # %matplotlib inline"),
        ("  %time x\n  y", "__tiffin__.time(lambda: (x))\ny"),
        ("\n\n  x\n  %time y", "\n\nx\n__tiffin__.time(lambda: (y))"),
        (">>> x = 1\n>>> x", "x = 1\nx"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')", "pass  # %matplotlib inline"),
        ("get_ipython().magic('time f()')", "__tiffin__.time(lambda: (f()))"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n%%time\nx = 1", "\n\nx = 1"),
        ("%%time\n%matplotlib inline\nx", "\npass  # %matplotlib inline\nx"),
        ("%%timeit -n 5\nx\ny", "def _tn_timed():\n    x\n    y\n__tiffin__.timeit(_tn_timed, number=5)"),
        ("%%timeit\n# nothing", "def _tn_timed(): pass\n    # nothing\n__tiffin__.timeit(_tn_timed)"),
        ("%%capture\nf()", "with __tiffin__.capture():\n    f()"),
        ("%%capture c\nx = '''a\nb'''\n\ny", "with __tiffin__.capture() as c:\n    x = '''a\nb'''\n\n    y"),
        ("%%capture --no-stderr out\nf()", "with __tiffin__.capture(stderr=False) as out:\n    f()"),
        ("%%capture\n", "with __tiffin__.capture(): pass\n"),
        ("%%time\n%%capture out\nx", "\nwith __tiffin__.capture() as out:\n    x"),
    ],
)  # fmt: skip
def test_what_works_without_ipython(source: str, code: str) -> None:
    rewritten = rewrite(source)
    assert rewritten.code == code
    assert rewritten.problem is None
    ast.parse(code)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "x = '''\n%time\n!ls\nobj?\n'''",
        "a = b % c",
        "await f()",
        "# %time x",
        "x = 5 # obj?",
        "x = = 1",
        "x = (",
    ],
)
def test_python_stays_as_it_is(source: str) -> None:
    rewritten = rewrite(source)
    assert (rewritten.code, rewritten.problem, rewritten.requirements) == (None, None, ())


def test_strings_keep_their_text_when_the_body_is_indented() -> None:
    body = "x = '''a\n  b\n\nc'''\ny = f'''{1\n+1}\nd'''\nz = 'e\\\n   f'\n"
    plain: dict[str, str] = {}
    exec(body, plain)
    wrapped = rewrite("%%capture out\n" + body).code
    assert wrapped is not None
    found: dict[str, object] = {"__tiffin__": _Tiffin()}
    exec(wrapped, found)
    assert [found[name] for name in "xyz"] == [plain[name] for name in "xyz"]


class _Tiffin:
    def capture(self) -> _Tiffin:
        return self

    def __enter__(self) -> _Tiffin:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 1\n!ls -l", "line 2: `!ls -l` is a shell command"),
        ("files = !ls", "line 1: `!ls` is a shell command"),
        ("x = !pip install y", "line 1: `!pip install y` is a shell command"),
        ("%lsmagic", "line 1: `%lsmagic` works only in Jupyter"),
        ("%env A=b", "line 1: `%env A=b` works only in Jupyter; set `os.environ` instead"),
        ("%pylab inline", "line 1: `%pylab inline` works only in Jupyter; import what you use"),
        ("%load_ext tensorboard", "line 1: `%load_ext tensorboard` works only in Jupyter"),
        ("%pip list", "line 1: `%pip list` works only in Jupyter"),
        ("\n%%bash\nls", "line 2: the cell magic `%%bash` works only in Jupyter"),
        ("%%time x\ny", "line 1: nothing may stand behind `%%time`"),
        ("%%timeit x = 1\ny", "line 1: a set-up statement behind `%%timeit`"),
        ("%%capture a b\ny", "line 1: `%%capture a b` is not understood"),
        ("# first\n%%time\ny", "line 2: `%%time` must stand on the first line"),
        ("%%time\nx\n!ls", "line 3: `!ls` is a shell command"),
        ("%pip install -r needs.txt", "line 1: `%pip install -r needs.txt` reads a file or a folder"),
        ("!pip install x && ls", "line 1: `!pip install x && ls` does more than install packages"),
        ("%pip install ./x", "line 1: `%pip install ./x` asks for './x', which is not the name of a package"),
        ("get_ipython().history_manager", "line 1: `get_ipython()` gives None here"),
    ],
)  # fmt: skip
def test_what_cannot_work_names_its_line(source: str, problem: str) -> None:
    rewritten = rewrite(source)
    assert rewritten.problem is not None
    assert rewritten.problem.startswith(problem)
    assert "\n" not in rewritten.problem
    ast.parse(source if rewritten.code is None else rewritten.code)


def test_the_first_line_is_counted_from_where_it_stands() -> None:
    problem = rewrite("x\n!ls", first_line=40).problem
    assert problem is not None
    assert problem.startswith("line 41:")


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    get_ipython().x\nexcept NameError:\n    pass",
        "if get_ipython():\n    get_ipython().x()",
        "y = get_ipython()",
    ],
)
def test_get_ipython_is_no_problem_where_it_does_not_fail(source: str) -> None:
    assert rewrite(source).problem is None


def test_time_is_a_setting_of_the_cell() -> None:
    assert rewrite("%%time\nx").settings == {"time": True}
    assert rewrite("%time x").settings == {}


def test_a_syntax_error_stays_on_its_line() -> None:
    rewritten = rewrite("%matplotlib inline\nx = = 1\ny")
    assert rewritten.code is not None
    with pytest.raises(SyntaxError) as caught:
        ast.parse(rewritten.code)
    assert caught.value.lineno == 2


@pytest.mark.parametrize(
    ("source", "requirements"),
    [
        ("%pip install numpy 'pandas>=2'", ("numpy", "pandas>=2")),
        ("!pip install pandas>=2", ("pandas>=2",)),
        ("!pip3 install -q --upgrade foo[bar] > /dev/null", ("foo[bar]",)),
        ("!pip install foo 2>&1 | tail -1", ("foo",)),
        ("!{sys.executable} -m pip install foo", ("foo",)),
        ("!uv pip install foo", ("foo",)),
        ("%conda install -y -c conda-forge numpy=1.26 scipy", ("numpy==1.26.*", "scipy")),
        ("pip install foo\nimport foo", ("foo",)),
        ("%pip install --index-url https://x.org/simple foo  # once", ("foo",)),
        ("%pip install foo foo\n!pip install foo", ("foo",)),
    ],
)
def test_installations_become_requirements(source: str, requirements: tuple[str, ...]) -> None:
    rewritten = rewrite(source)
    assert rewritten.requirements == requirements
    assert rewritten.problem is None
    assert rewritten.code is not None
    tree = ast.parse(rewritten.code)
    assert all(isinstance(node, (ast.Pass, ast.Import)) for node in tree.body)


@pytest.mark.parametrize(
    "command", ["pip list", "ls", "pip", "echo pip install x", "pip uninstall x", "pip install 'x"]
)
def test_other_commands_are_no_installations(command: str) -> None:
    assert read_install(command) is None


PIECES = st.sampled_from(
    [
        "%time x", "%matplotlib inline", "!ls", "y = 1", "x = %time f(1)", "obj?", "s = '''", "'''", "%%time",
        "%%capture c", "    z", "if x:", "", "f(", ")", "# c", "%pip install a", "a \\", "!x \\", "é = 'ü'",
        "%", "%%", "!", "?", ">>> q", "get_ipython().magic('x')",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=7))
def test_any_text_is_rewritten_line_for_line(pieces: list[str]) -> None:
    source = "\n".join(pieces)
    code = rewrite(source).code
    if code:
        assert code.count("\n") == source.count("\n")
