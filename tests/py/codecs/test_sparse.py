"""Sparse matrices and arrays of SciPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from codec_cases import scipy_cases
from codec_contract import CodecContract

from tiffin.codecs.numpy import NumpyCodec
from tiffin.codecs.parts import read_parts, write_parts
from tiffin.codecs.registry import NotEncodable
from tiffin.codecs.sparse import SparseCodec
from tiffin.errors import CodecError

ARRAYS = ("data", "indices", "indptr", "row", "col", "offsets")


class TestSparseCodec(CodecContract):
    cases = {  # noqa: RUF012
        **scipy_cases(),
        "long indices": sp.csr_array((np.ones(1), np.array([0], "int64"), np.array([0, 1], "int64")), (1, 1)),
        "duplicates": sp.coo_matrix((np.ones(2), (np.array([0, 0]), np.array([1, 1]))), (2, 2)),
    }
    foreign = (sp.lil_matrix((2, 2)), sp.dok_array((2, 2)), np.zeros(2))

    def make(self) -> SparseCodec:
        return SparseCodec()

    def equal(self, left: Any, right: Any) -> bool:
        names = [name for name in ARRAYS if hasattr(right, name)]
        same = all(
            np.array_equal(getattr(left, name), getattr(right, name))
            and getattr(left, name).dtype == getattr(right, name).dtype
            for name in names
        )
        return same and type(left) is type(right) and left.shape == right.shape


def test_an_array_of_one_dimension_is_left_to_others() -> None:
    with pytest.raises(NotEncodable):
        SparseCodec().encode(sp.coo_array(np.array([1, 0])))


def altered(**changed: Any) -> bytes:
    matrix = sp.csr_matrix(np.eye(3))
    arrays = {"data": matrix.data, "indices": matrix.indices, "indptr": matrix.indptr, **changed}
    form = changed.pop("form", b'["list","csr_matrix",3,3]')
    arrays.pop("form", None)
    return write_parts([form, *(NumpyCodec().encode(array).data for array in arrays.values())])


@pytest.mark.parametrize(
    "data",
    [
        altered(indices=np.array([0, 1, 99], "int32")),
        altered(indices=np.array([0, 1, -1], "int32")),
        altered(indptr=np.array([0, 5, 2, 3], "int32")),
        altered(indices=np.array([0.0, 1, 2])),
        altered(data=np.ones(1)),
        altered(form=b'["csr_matrix",3,3]', extra=np.ones(1)),
        altered(form=b'["csr_matrix",3]'),
        altered(form=b'["csr_matrix",3,-3]'),
        altered(form=b'["csr_os.system",3,3]'),
        altered(form=b'["lil_matrix",3,3]'),
        altered(form=b"[]"),
    ],
)
def test_indices_that_point_nowhere_are_errors(data: bytes) -> None:
    with pytest.raises(CodecError):
        SparseCodec().decode(data)


def test_the_unaltered_one_is_read() -> None:
    assert SparseCodec().decode(altered(form=b'["csr_matrix",3,3]')).nnz == 3
    assert len(read_parts(altered())) == 4
