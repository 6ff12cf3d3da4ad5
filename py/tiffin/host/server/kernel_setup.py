"""The set-up of a kernel process: all that it is told before its first command."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tiffin.cache.signing import Ed25519Signer
from tiffin.cache.trust import Trust, TrustMode
from tiffin.host.native.services import NativeOptions

Json: TypeAlias = Any


@dataclass(frozen=True)
class KernelSetup:
    """Where a kernel process works, and how, as JSON can say it.

    `folder` is the notebook's, `cache` that of its results; `executor` and `shared` are as in
    `NativeOptions`; `signing` is the user's mode, and `keys` the folder of the user's keys.
    """

    folder: str
    cache: str
    executor: str | None = None
    shared: str | None = None
    signing: TrustMode = "off"
    keys: str = ""

    def to_json(self, notebook: Json) -> Json:
        """Return the wire form, with the notebook's JSON form."""
        return {**asdict(self), "notebook": notebook}

    @staticmethod
    def from_json(data: Json) -> tuple[KernelSetup, Json]:
        """Return what `to_json` was given."""
        return KernelSetup(**{name: value for name, value in data.items() if name != "notebook"}), data[
            "notebook"
        ]

    @property
    def options(self) -> NativeOptions:
        """The options of the kernel; `UsageError` if keys are wanted and cannot be had."""
        trust = Trust()
        if self.signing != "off":
            trust = Trust(self.signing, Ed25519Signer(Path(self.keys)))
        return NativeOptions(executor=self.executor, shared=self.shared, trust=trust)
