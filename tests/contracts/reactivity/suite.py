"""All cases of the table, in one sequence."""

from __future__ import annotations

from reactivity import (
    cases_bindings,
    cases_cells,
    cases_editing,
    cases_failures,
    cases_functions,
    cases_lazy,
    cases_problems,
    cases_states,
    cases_widgets,
)
from reactivity.driver import run_case
from reactivity.table import Case, read_cases

TABLES = (
    cases_editing,
    cases_cells,
    cases_problems,
    cases_failures,
    cases_functions,
    cases_bindings,
    cases_widgets,
    cases_states,
    cases_lazy,
)
CASES: tuple[Case, ...] = tuple(case for module in TABLES for case in read_cases(module.TABLE))


async def run_all() -> dict[str, str]:
    """Run every case; return those that differ from what they expect, by title."""
    found: dict[str, str] = {}
    for case in CASES:
        difference = await run_case(case)
        if difference is not None:
            found[case.title] = difference
    return found
