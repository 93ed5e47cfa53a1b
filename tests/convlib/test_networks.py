"""Published figures, each recomputed from its network's list of layers."""

from itertools import pairwise

import pytest

from convlib.cost import conv_layer, multiply_adds, parameters
from convlib.networks import (
    alexnet,
    deeplab,
    inception_v3,
    mobilenet,
    resnet,
    resnext,
    shufflenet,
    shufflenet_unit,
    shufflenet_v2,
    vgg,
    xception,
)
from convlib.receptive import receptive_field


def millions(number, digits=0):
    return round(number / 1e6, digits)


def test_mobilenet_table_4():
    separable, full = mobilenet(), mobilenet(separable=False)
    assert parameters(separable) == 4_209_088  # no bias, no normalisation
    assert multiply_adds(separable) == 568_740_352  # with the classifier
    assert parameters(full) == 29_281_120
    assert multiply_adds(full[:-1]) == 4_866_269_184  # without the classifier: the rows count differently
    assert multiply_adds(full) == 4_867_293_184
    assert (millions(parameters(separable), 1), millions(multiply_adds(separable))) == (4.2, 569)
    assert (millions(parameters(full), 1), millions(multiply_adds(full[:-1]))) == (29.3, 4866)


def test_mobilenet_table_3():
    def pair(channels, size):
        depthwise = conv_layer(channels, channels, 3, size, padding=1, groups=channels)
        return [depthwise, conv_layer(channels, channels, 1, size)]

    def row(layers):
        return millions(multiply_adds(layers), 1), millions(parameters(layers), 2)

    assert row(conv_layer(512, 512, 3, 14, padding=1)) == (462.4, 2.36)
    assert row(pair(512, 14)) == (52.3, 0.27)
    assert row(pair(384, 14)) == (29.6, 0.15)  # α = 0.75
    assert row(pair(384, 10)) == (15.1, 0.15)  # ρ = 0.714
    ratio = multiply_adds(pair(512, 14)) / multiply_adds(conv_layer(512, 512, 3, 14, padding=1))
    assert ratio == pytest.approx(1 / 512 + 1 / 9)
    assert round(ratio, 4) == 0.1131


def test_mobilenet_table_5():
    thin, shallow = mobilenet(alpha=0.75), mobilenet(shallow=True)
    assert (millions(multiply_adds(thin)), millions(parameters(thin), 1)) == (325, 2.6)
    assert (millions(multiply_adds(shallow)), millions(parameters(shallow), 1)) == (307, 2.9)


@pytest.mark.parametrize(
    ("groups", "stage_2", "published", "exact"),
    [
        (1, 144, 143, 142_502_976),
        (2, 200, 140, 140_036_512),
        (3, 240, 137, 136_500_672),
        (4, 272, 133, 133_251_776),
        (8, 384, 137, 136_829_952),
    ],
)
def test_shufflenet_table_1(groups, stage_2, published, exact):
    net = shufflenet(groups)[:-1]  # without the classifier
    assert multiply_adds(net) == exact
    assert millions(exact) == published
    assert max(layer.out_channels for layer in net if layer.output_size == (28, 28)) == stage_2


@pytest.mark.parametrize(("c", "m", "h", "g"), [(240, 60, 28, 3), (384, 96, 14, 8), (272, 68, 7, 4)])
def test_shufflenet_units_follow_their_formulas(c, m, h, g):
    cost = {
        kind: multiply_adds(shufflenet_unit(c, m, h, groups=g, kind=kind))
        for kind in ("resnet", "resnext", "shufflenet")
    }
    assert cost["resnet"] == h * h * (2 * c * m + 9 * m * m)
    assert cost["resnext"] == h * h * (2 * c * m + 9 * m * m // g)
    assert cost["shufflenet"] == h * h * (2 * c * m // g + 9 * m)


def test_pointwise_layers_are_most_of_resnext():
    first, grouped, last = shufflenet_unit(256, 128, 56, groups=32, kind="resnext")
    share = multiply_adds([first, last]) / multiply_adds([first, grouped, last])
    assert round(100 * share, 1) == 93.4


@pytest.mark.parametrize(
    ("configuration", "exact", "published"),
    [
        ("A", 132_863_336, 133),
        ("B", 133_047_848, 133),
        ("C", 133_638_952, 134),
        ("D", 138_357_544, 138),
        ("E", 143_667_240, 144),
    ],
)
def test_vgg_table_2(configuration, exact, published):
    assert parameters(vgg(configuration)) == exact
    assert millions(exact) == published


def test_vgg_16_multiply_adds():
    assert multiply_adds(vgg("D")) == 15_470_264_320


def test_alexnet():
    assert parameters(alexnet()) == 60_965_224
    assert parameters(alexnet(groups=1)) == 62_378_344
    first = alexnet()[0]
    assert first.parameters == 34_944
    rows, columns = first.output_size
    unshared = rows * columns * first.out_channels * (first.weights // first.out_channels + 1)
    assert unshared == 105_705_600  # each output with weights and a bias of its own


def test_resnets():
    assert parameters(resnet(50)) == 25_557_032
    assert round(multiply_adds(resnet(50)) / 1e9, 3) == 4.089
    assert round(multiply_adds(resnet(50, stride_in="1x1")) / 1e9, 3) == 3.858
    assert parameters(resnext(50)) == 25_028_904
    assert round(multiply_adds(resnext(50)) / 1e9, 3) == 4.230


def test_parameters_of_separable_networks():
    assert parameters(xception()) == 22_855_952
    exact = {0.5: 1_366_792, 1.0: 2_278_604, 1.5: 3_503_624, 2.0: 7_393_996}
    assert {width: parameters(shufflenet_v2(width)) for width in exact} == exact


# Araujo, Norris and Sim (2019): receptive field, effective stride, effective padding
@pytest.mark.parametrize(
    ("net", "published"),
    [
        (alexnet, (195, 32, 64)),
        (lambda: vgg("D"), (212, 32, 90)),
        (mobilenet, (315, 32, 126)),
        (inception_v3, (1311, 32, 618)),
    ],
)
def test_receptive_fields(net, published):
    field = receptive_field(net())
    assert (field.size, field.jump, field.padding) == published


def test_resnets_receptive_fields_hang_on_where_the_stride_sits():
    sizes = {
        place: [receptive_field(resnet(depth, stride_in=place)).size for depth in (50, 101, 152)]
        for place in ("1x1", "3x3")
    }
    assert sizes["1x1"] == [483, 1027, 1507]  # published
    assert sizes["3x3"][0] == 427  # where torchvision has it
    assert receptive_field(resnet(50, stride_in="1x1")).padding == 241  # 239 with the original's SAME pooling


def test_vgg_stages():
    layers = vgg("D")
    ends = [n + 1 for n, layer in enumerate(layers) if layer.kind == "pool"]
    assert [receptive_field(layers[:end]).size for end in ends] == [6, 16, 44, 100, 212]


@pytest.mark.parametrize(
    ("kernel_size", "dilation", "channels", "published"),
    [(7, 4, 4096, 134.3), (4, 4, 4096, 65.1), (4, 8, 4096, 65.1), (3, 12, 1024, 20.5)],
)
def test_deeplab_table_2_parameters(kernel_size, dilation, channels, published):
    assert millions(parameters(deeplab(kernel_size, dilation, channels=channels)), 1) == published


def test_wavenet_block_and_context_module():
    wavenet = [(2, 1, (2**n, 0), 2**n) for n in range(10)]
    assert receptive_field(wavenet).size == 1024
    context = [(3, 1, d, d) for d in (1, 1, 2, 4, 8, 16, 1)] + [(1,)]
    assert [receptive_field(context[: n + 1]).size for n in range(8)] == [3, 5, 9, 17, 33, 65, 67, 67]


def test_factorised_kernels_save_what_is_said():
    def weights(*kernels):
        return sum(conv_layer(64, 64, kernel, (20, 20)).weights for kernel in kernels)

    assert 1 - weights(3, 3) / weights(5) == pytest.approx(0.28)
    assert 1 - weights((1, 3), (3, 1)) / weights(3) == pytest.approx(1 / 3)
    assert round(weights(5) / weights(3), 2) == 2.78
    assert round(1 - weights((1, 7), (7, 1)) / weights(7), 2) == 0.71


def test_depthwise_separable_worked_case():
    standard = conv_layer(3, 128, 3, 7)
    pair = [conv_layer(3, 3, 3, 7, groups=3), conv_layer(3, 128, 1, 5)]
    assert multiply_adds(standard) == 86_400
    assert [layer.multiply_adds for layer in pair] == [675, 9_600]
    assert round(100 * multiply_adds(pair) / multiply_adds(standard), 1) == 11.9


def test_spatially_separable_worked_case():
    assert multiply_adds(conv_layer(1, 1, 3, 5)) == 81
    assert multiply_adds([conv_layer(1, 1, (3, 1), 5), conv_layer(1, 1, (1, 3), (3, 5))]) == 72


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: vgg("F"), "vgg: configuration must be one of 'A', 'B', 'C', 'D', 'E', not 'F'."),
        (lambda: resnet(18), "resnet: depth must be one of 50, 101, 152, not 18."),
        (lambda: shufflenet(5), "shufflenet: groups must be one of 1, 2, 3, 4, 8, not 5."),
    ],
)
def test_unknown_variants_are_named(call, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011
        call()
    assert str(error.value) == message


@pytest.mark.parametrize(
    "net",
    [alexnet, deeplab, inception_v3, mobilenet, resnet, resnext, shufflenet, shufflenet_v2, vgg, xception],
)
def test_layers_on_the_path_feed_each_other(net):
    path = [layer for layer in net() if layer.on_path]
    for before, after in pairwise(path):
        assert before.output_size == after.size
