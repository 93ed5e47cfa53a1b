"""Where no line ends: between a formula and its punctuation, before a per cent sign."""

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
