"""What the figures that staff read are called, and what they count, as JSON."""

from collections.abc import Mapping

from api.views import View
from gateway.kit.sentences import Sentence
from gateway.members.model import Language


class DefinitionView(View):
    """What a figure is called and what it counts, in the reader's language."""

    figure: str
    name: str
    meaning: str


def definitions(figures: Mapping[str, tuple[Sentence, Sentence]], language: Language) -> list[DefinitionView]:
    """Of each, its name and its meaning."""
    return [
        DefinitionView(figure=figure, name=name.sentence(language, {}), meaning=meaning.sentence(language, {}))
        for figure, (name, meaning) in figures.items()
    ]
