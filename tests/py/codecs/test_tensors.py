"""Tensors of PyTorch, where it is installed; what is read before torch is looked for, everywhere."""

from __future__ import annotations

import json
from typing import Any

import pytest
import safetensors.numpy

from tiffin.codecs.registry import NotEncodable
from tiffin.codecs.standard import standard_codecs
from tiffin.codecs.tensors import TensorCodec
from tiffin.errors import CodecError

DTYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


def file(header: Any, body: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + body


def entry(dtype: Any = "U8", shape: Any = (3,), offsets: Any = (0, 3)) -> dict[str, Any]:
    return {"tensor": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        file(entry(), b"ab"),
        file(entry(), b"abcd"),
        file(entry(), b"abc", length=2**60),
        file(entry(shape=[10**12], offsets=[0, 10**12]), b"abc"),
        file(entry(shape=[-1, -3]), b"abc"),
        file(entry(shape=[3.0]), b"abc"),
        file(entry(offsets=[1, 4]), b"abc"),
        file(entry(dtype="os.system"), b"abc"),
        file({**entry(), "other": {}}, b"abc"),
        file(b"[" * 4000),
        file(b"{}"),
        file([1]),
    ],
)
def test_what_is_no_tensor_is_an_error_before_anything_is_made(data: bytes) -> None:
    with pytest.raises(CodecError, match=r"safetensors|bytes is promised"):
        TensorCodec().decode(data)


def test_where_torch_is_missing_it_says_so() -> None:
    try:
        import torch  # noqa: F401
    except ImportError:
        with pytest.raises(CodecError, match="torch is not installed"):
            TensorCodec().decode(file(entry(), b"abc"))


def test_the_files_are_what_the_library_reads() -> None:
    found = safetensors.numpy.load(file(entry(), b"abc"))
    assert found["tensor"].tolist() == [97, 98, 99]


@pytest.mark.parametrize("dtype", DTYPES)
def test_tensors_come_back(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    codec = TensorCodec()
    for shape in ((), (0, 3), (2, 3), (5,)):
        tensor = (torch.rand(shape) * 5).to(getattr(torch, dtype))
        assert codec.takes(tensor)
        data, needs, modules = codec.encode(tensor)
        back = codec.decode(data)
        assert (type(back), back.dtype, back.shape) == (torch.Tensor, tensor.dtype, tensor.shape)
        assert torch.equal(back, tensor)
        assert not needs
        assert modules == {"torch"}
        assert codec.size(tensor) <= len(data)
        assert codec.encode(back).data == data
        for damaged in (data[:-1], bytes(data) + b"x", data[:20]):
            with pytest.raises(CodecError):
                codec.decode(damaged)
        if back.numel() and dtype != "bool":
            back += 1


def test_what_is_more_than_numbers_is_refused() -> None:
    torch = pytest.importorskip("torch")
    nn = torch.nn
    grad = torch.ones(2, requires_grad=True)
    refused = [
        grad,
        grad * 2,
        torch.ones(3, 4).T,
        torch.ones(2).to_sparse(),
        torch.ones(2, dtype=torch.cfloat),
    ]
    for tensor in refused:
        with pytest.raises(NotEncodable):
            TensorCodec().encode(tensor)
    assert not TensorCodec().takes(nn.Parameter(torch.ones(2)))


def test_dicts_of_tensors_are_bundles_unless_they_share_memory() -> None:
    torch = pytest.importorskip("torch")
    codecs = standard_codecs(dict, more=[TensorCodec()])
    layer = torch.nn.Linear(2, 3)
    encoded = codecs.encode(dict(layer.state_dict()))
    assert encoded is not None
    assert encoded.codec == "bundle"
    assert encoded.modules == {"torch"}
    back = codecs.decode("bundle", encoded.data)
    assert all(torch.equal(back[name], tensor) for name, tensor in layer.state_dict().items())
    whole = torch.ones(4)
    shared = codecs.encode({"a": whole, "b": whole[:2]})
    assert shared is not None
    assert shared.codec == "pickle"
