"""Where no line ends, beside a formula and before a per cent sign; and where one may, in printed sentences."""

from docutils import nodes

from publish import formulas, lines


def test_a_long_formula_takes_its_punctuation_in():
    formula = nodes.math("", "hw\\,(2cm/g+9m)")
    formulas._take_in(formula, "(", ").")
    assert formula.astext() == "\\text{(}hw\\,(2cm/g+9m)\\text{)}\\text{.}"


def test_a_number_keeps_its_per_cent_sign():
    text = [
        nodes.Text("from 91 % to "),
        nodes.inline("", "93.7"),
        nodes.Text(" %. In code "),
        nodes.literal("", "7 % 2"),
    ]
    paragraph = nodes.paragraph("", "", *text)
    lines.keep(paragraph)
    assert paragraph.astext() == "from 91\u00a0% to 93.7\u00a0%. In code 7 % 2"


def test_printed_sentences_may_break_and_tables_may_not():
    said = nodes.literal_block("", "conv2d: x must have 4 axes.\nIt has 2.", classes=["output", "stream"])
    table = nodes.literal_block("", "kernel  weights\n3 × 3   9", classes=["output", "stream"])
    code = nodes.literal_block("", "x = 1")
    lines.let_break(nodes.section("", said, table, code))
    assert ["sentences" in block["classes"] for block in (said, table, code)] == [True, False, False]
