"""Running: a plan is carried out by runner, scheduler, evaluator, lifecycles and executor."""
