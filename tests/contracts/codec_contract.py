"""What every codec promises. A test class inherits `CodecContract` and names values of its kind."""

from __future__ import annotations

import abc
import copy
import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from tiffin.codecs.registry import Codec
from tiffin.errors import CodecError


class CodecContract(abc.ABC):
    """The promises of the protocol `Codec`.

    `cases` are values by name; `digests` pins the digest of some encodings, on every platform and version.
    """

    cases: ClassVar[Mapping[str, Any]]
    digests: ClassVar[Mapping[str, str]] = {}
    foreign: ClassVar[tuple[Any, ...]] = ()
    rejects_garbage = True

    @abc.abstractmethod
    def make(self) -> Codec:
        """Return the codec."""

    def equal(self, left: Any, right: Any) -> bool:
        return type(left) is type(right) and bool(left == right)

    def each(self) -> list[tuple[str, Any]]:
        return list(self.cases.items())

    def test_decoding_what_was_encoded_gives_the_same(self) -> None:
        codec = self.make()
        for name, value in self.each():
            assert codec.takes(value), name
            data = codec.encode(value).data
            for form in (bytes(data), memoryview(data).toreadonly()):
                back = codec.decode(form)
                assert self.equal(back, value), f"{name}: {back!r} is not {value!r}"

    def test_encoding_is_a_function_of_the_value(self) -> None:
        codec = self.make()
        for name, value in self.each():
            first = codec.encode(value)
            assert codec.encode(codec.decode(first.data)) == first, name

    def test_encoding_leaves_the_value_alone(self) -> None:
        codec = self.make()
        for name, value in self.each():
            before, attributes = copy.deepcopy(value), dir(value)
            first = codec.encode(value)
            assert self.equal(value, before), name
            assert codec.encode(value) == first, name
            assert dir(value) == attributes, name

    def test_the_size_is_a_lower_bound(self) -> None:
        codec = self.make()
        for name, value in self.each():
            assert codec.size(value) <= len(codec.encode(value).data), name

    def test_digests_are_as_they_always_were(self) -> None:
        codec = self.make()
        found = {
            name: hashlib.sha256(codec.encode(self.cases[name]).data).hexdigest() for name in self.digests
        }
        assert found == self.digests

    def test_takes_nothing_of_others(self) -> None:
        for value in self.foreign:
            assert not self.make().takes(value), value

    def guards_itself(self, data: bytes) -> bool:
        """Whether damage to this encoding can be told from it alone; where not, the blob's digest tells."""
        return self.rejects_garbage

    def test_truncated_or_altered_bytes_are_a_codec_error(self) -> None:
        codec = self.make()
        for name, value in self.each():
            data = bytes(codec.encode(value).data)
            if not self.guards_itself(data):
                continue
            for damaged in (
                b"",
                b"\xff" * 64,
                data[: len(data) // 2],
                data[:-1],
                b"\x00" * 16,
                b"{}",
                b"\xff" + data,
            ):
                with pytest.raises(CodecError):
                    pytest.fail(f"{name}: {damaged[:40]!r} was taken for {codec.decode(damaged)!r}")
