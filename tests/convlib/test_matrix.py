"""A convolution is a matrix: C against the loops, its wires, its blocks; unfold and fold against torch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import convlib
from convlib import ShapeError, block_permutation, conv_matrix, conv_wires, fold, reference, unfold

# input size, kernel, stride, padding, dilation, groups: everything pairwise different where it can be
CASES = [
    ((7,), (3,), 2, 1, 1, 1),
    ((9,), (2,), 1, ((3, 0),), 3, 2),
    ((5, 8), (2, 3), (2, 1), (1, 2), (2, 1), 2),
    ((6, 7), (3, 4), 2, "same", 1, 1),
    ((4, 5, 6), (2, 1, 3), (1, 2, 1), (0, 1, 1), (1, 1, 2), 3),
]


def problem(rng, size, kernel, groups):
    return rng.normal(size=(1, 2 * groups, *size)), rng.normal(size=(3 * groups, 2, *kernel))


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation", "groups"), CASES)
@pytest.mark.parametrize("padding_mode", ["zeros", "reflect", "replicate", "circular"])
def test_matrix_times_flat_input_is_the_convolution(
    xp, rng, size, kernel, stride, padding, dilation, groups, padding_mode
):
    x, weight = problem(rng, size, kernel, groups)
    options = stride, padding, dilation, groups
    expected = reference.conv(x, weight, None, *options, padding_mode=padding_mode)
    matrix = conv_matrix(xp.array(weight), size, *options, padding_mode=padding_mode)
    assert matrix.shape == (expected.size, x.size)
    np.testing.assert_allclose(xp.numpy(matrix) @ x.ravel(), expected.ravel(), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation", "groups"), CASES)
def test_sparse_holds_the_same_entries_and_no_others(rng, size, kernel, stride, padding, dilation, groups):
    torch = pytest.importorskip("torch")
    _, weight = problem(rng, size, kernel, groups)
    dense = conv_matrix(weight, size, stride, padding, dilation, groups)
    sparse = conv_matrix(weight, size, stride, padding, dilation, groups, sparse=True)
    assert sparse.nnz == np.count_nonzero(dense)
    np.testing.assert_array_equal(sparse.toarray(), dense)
    tensor = conv_matrix(torch.tensor(weight), size, stride, padding, dilation, groups, sparse=True)
    np.testing.assert_array_equal(tensor.to_dense().numpy(), dense)


def test_four_by_four_under_three_by_three_is_the_published_matrix():
    w = np.arange(1, 10).reshape(3, 3)  # no entry 0, all different
    matrix = conv_matrix(w, (4, 4))
    assert matrix.shape == (4, 16)
    # Dumoulin and Visin (2016), section 4.1: the first row of C
    np.testing.assert_array_equal(matrix[0], [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(matrix[3], [0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9])


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "dilation", "groups"), CASES)
def test_wires_share_weights_and_are_sorted_by_output(size, kernel, stride, padding, dilation, groups):
    weight_size = (3 * groups, 2, *kernel)
    wires = conv_wires(weight_size, size, stride, padding, dilation, groups)
    assert (np.diff(wires.output) >= 0).all()
    assert len(set(zip(wires.output, wires.input))) == len(wires.output)  # one wire for a pair
    assert set(wires.weight) <= set(range(np.prod(weight_size)))
    values = np.arange(1, np.prod(weight_size) + 1).reshape(weight_size)
    matrix = np.zeros(wires.shape, int)
    matrix[wires.output, wires.input] = values.ravel()[wires.weight]
    np.testing.assert_array_equal(matrix, conv_matrix(values, size, stride, padding, dilation, groups))


def test_weight_without_channels_is_one_channel(rng):
    for rank in (1, 2, 3):
        w, size = rng.normal(size=(2, 3, 1)[:rank]), (4, 6, 5)[:rank]
        np.testing.assert_array_equal(conv_matrix(w, size), conv_matrix(w[None, None], size))
    np.testing.assert_array_equal(
        conv_matrix(w[0], 5), conv_matrix(w[0], (5, 5))
    )  # 2-D and an integer: a square


def test_the_matrix_lets_gradients_through(rng):
    torch = pytest.importorskip("torch")
    weight = torch.tensor(rng.normal(size=(2, 3, 2)), requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: conv_matrix(w, 5, stride=2, padding=1), weight)
    assert torch.autograd.gradcheck(lambda w: conv_matrix(w, 5, padding=2, padding_mode="replicate"), weight)


def blocks_of(matrix):
    blocks = block_permutation(matrix)
    return blocks, np.asarray(matrix)[blocks.rows][:, blocks.columns]


@pytest.mark.parametrize(
    ("weight_size", "size", "options", "count"),
    [
        ((4, 3, 2), 5, {"groups": 1}, 1),
        ((6, 1, 3), 5, {"groups": 3}, 3),
        ((1, 1, 3), 12, {"dilation": 3}, 3),
        ((4, 2, 2, 3), (6, 8), {"dilation": 2, "groups": 2}, 8),  # 2 groups × 2·2 residues
    ],
)
def test_blocks_are_groups_times_residues(rng, weight_size, size, options, count):
    matrix = conv_matrix(rng.normal(size=weight_size), size, **options)
    blocks, sorted_matrix = blocks_of(matrix)
    assert len(blocks.sizes) == count
    assert sorted(blocks.rows) == list(range(matrix.shape[0]))
    assert sorted(blocks.columns) == list(range(matrix.shape[1]))
    row = column = inside = 0
    for height, width in blocks.sizes:
        inside += np.count_nonzero(sorted_matrix[row : row + height, column : column + width])
        row, column = row + height, column + width
    assert inside == np.count_nonzero(matrix)  # nothing outside the blocks


def test_a_shuffle_joins_the_blocks(rng):
    first = conv_matrix(rng.normal(size=(8, 2, 1)), 3, groups=4)
    second = conv_matrix(rng.normal(size=(8, 2, 1)), 3, groups=4)
    shuffle = convlib.channel_shuffle(np.arange(24).reshape(1, 8, 3), 4).ravel()
    assert len(block_permutation(second @ first).sizes) == 4 * 3  # per group and pixel
    assert len(block_permutation(second @ first[shuffle]).sizes) < 4 * 3


def test_rows_of_zeros_are_a_block_of_their_own():
    assert block_permutation([[0, 0], [0, 5]]).sizes == [(0, 1), (1, 1), (1, 0)]
    assert block_permutation(np.zeros((0, 0))).sizes == []


UNFOLDS = [
    ((5, 6), (2, 3), (1, 1), (0, 0), (1, 1)),
    ((7, 8), (3, 2), (2, 1), (1, 2), (2, 3)),
    ((4, 9), (1, 4), (1, 2), (0, 3), (3, 1)),
]


@pytest.mark.parametrize(("size", "kernel", "dilation", "padding", "stride"), UNFOLDS)
def test_unfold_and_fold_are_torchs(xp, rng, size, kernel, dilation, padding, stride):
    torch = pytest.importorskip("torch")
    x = rng.normal(size=(2, 3, *size))
    expected = torch.nn.functional.unfold(torch.tensor(x), kernel, dilation, padding, stride)
    columns = unfold(xp.array(x), kernel, dilation, padding, stride)
    np.testing.assert_array_equal(xp.numpy(columns), expected.numpy())
    back = torch.nn.functional.fold(expected, size, kernel, dilation, padding, stride)
    ours = fold(columns, size, kernel, dilation, padding, stride)
    np.testing.assert_allclose(xp.numpy(ours), back.numpy(), rtol=0, atol=1e-13)
    np.testing.assert_array_equal(
        xp.numpy(unfold(xp.array(x[0]), kernel, dilation, padding, stride)), expected[0]
    )


@given(data=st.data())
def test_fold_is_the_transpose_of_unfold_in_any_rank(data):
    rank = data.draw(st.integers(1, 3))
    draw = lambda low, high: tuple(data.draw(st.integers(low, high)) for _ in range(rank))  # noqa: E731
    kernel, dilation, padding, stride = draw(1, 3), draw(1, 2), draw(0, 2), draw(1, 3)
    size = tuple(d * (k - 1) + 1 + data.draw(st.integers(0, 3)) for k, d in zip(kernel, dilation))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    x = rng.normal(size=(2, 3, *size))
    columns = unfold(x, kernel, dilation, padding, stride)
    y = rng.normal(size=columns.shape)
    back = fold(y, size, kernel, dilation, padding, stride)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.vdot(columns, y), np.vdot(x, back), rtol=1e-10, atol=1e-10)


def test_unfold_and_a_product_are_the_convolution(rng):
    x, weight = rng.normal(size=(2, 3, 6, 7)), rng.normal(size=(4, 3, 2, 3))
    y = (weight.reshape(4, -1) @ unfold(x, (2, 3), stride=2)).reshape(2, 4, 3, 3)
    np.testing.assert_allclose(y, reference.conv(x, weight, stride=2), atol=1e-12)


def test_nothing_in_nothing_out():
    assert unfold(np.zeros((0, 2, 5)), (3,)).shape == (0, 6, 3)
    assert fold(np.zeros((0, 6, 3)), (5,), (3,)).shape == (0, 2, 5)
    assert conv_matrix(np.zeros((0, 2, 3)), 5).shape == (0, 10)
    assert conv_matrix(np.ones((1, 1, 2)), 0, padding=1).shape == (1, 0)


def test_inputs_are_only_read(rng):
    x, weight = rng.normal(size=(1, 2, 5, 6)), rng.normal(size=(2, 2, 2, 3))
    for array in (x, weight):
        array.flags.writeable = False
    columns = unfold(x[..., ::-1], (2, 3))
    np.testing.assert_array_equal(columns, unfold(x[..., ::-1].copy(), (2, 3)))
    columns.flags.writeable = False
    fold(columns, (5, 6), (2, 3))
    conv_matrix(weight[:, :, ::-1], (5, 6))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: conv_matrix(np.ones((4, 3, 2)), 5, groups=3),
            "conv_wires: groups=3 must divide C_out = 4; weight (4, 3, 2).",
        ),
        (
            lambda: conv_matrix(np.ones((3, 3)), (4, 4, 4)),
            "conv_wires: input_size = (4, 4, 4) has 3 spatial axes, so the weight needs 3 axes (*k) or 5 axes"
            " (C_out, C_in/groups, *k), but has shape (3, 3).",
        ),
        (
            lambda: conv_matrix(np.ones((3, 3)), 2),
            "conv_wires: the kernel spans 3 positions (k = 3, dilation = 1) but the padded input has"
            " 0 + 2 + 0 = 2.",
        ),
        (
            lambda: conv_matrix(np.ones((3, 3)), 300),
            "conv_matrix: C would have 88804 × 90000 entries, more than 268435456; ask for sparse=True or choose"
            " a smaller input.",
        ),
        (
            lambda: conv_matrix(np.ones((3, 3)), 10**6),
            "conv_wires: 999996000004 places of a kernel of 9 taps, for 1 pairs of channels, are more than 67108864"
            " wires; choose a smaller input than (1000000, 1000000).",
        ),
        (
            lambda: unfold(np.ones((2, 5)), (2, 2)),
            "unfold: for kernel_size = (2, 2) x needs shape (N, C, *n) or (C, *n) with 2 spatial axes, but has"
            " (2, 5).",
        ),
        (
            lambda: fold(np.ones((1, 8, 5)), (4, 4), (2, 2)),
            "fold: columns needs shape (N, C·4, 9) or (C·4, 9) for kernel_size = (2, 2) and output_size ="
            " (4, 4), but has (1, 8, 5).",
        ),
        (
            lambda: block_permutation([1, 2]),
            "block_permutation: matrix must be 2-D but has shape (2,).",
        ),
        (
            lambda: conv_matrix(np.ones((1, 1, 2)), 0, padding=1, padding_mode="circular"),
            "conv_wires: 'circular' padding has nothing to continue: an axis of the input has size 0.",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, message):
    with pytest.raises(ShapeError) as error:
        call()
    assert str(error.value) == message
