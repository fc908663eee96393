"""One key for names: spellings of one name meet, and different names stay apart."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def _ask(function: str, name: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [name])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    "spellings",
    [
        ("Müller", "Mueller", "MULLER", " müller "),
        ("Meier", "Meyer", "Maier", "Mayer"),
        ("Meier-Bärtschi", "Meier Bärtschi", "Meyer  Baertschi"),
        ("Käthi", "Kathi", "Kaethi", "Cathy", "Kati"),
        ("D'Angelo", "D’Angelo", "Dangelo"),
        ("Petrović", "Petrovic", "Petrovitch", "Petrowitsch"),
        ("Đorđević", "Djordjevic", "Dordevic"),
        ("Şimşek", "Simsek", "Schimschek"),
        ("Stephanie", "Stefanie"),
        ("Philippe", "Filipe"),
        ("Rossi", "Rosi"),
        ("Becker", "Beker", "Beccer"),
        ("Kohler", "Koler"),
        ("Großmann", "Grossmann"),
        ("Œuvray", "Oeuvray"),
        ("Nicolas", "Nikolas"),
        ("Moustafa", "Mustafa"),
        ("Zoë", "Zoe"),
        ("Véronique", "Veronique"),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({_ask("name_key", spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Miller"),
        ("Meier", "Moser"),
        ("Anna", "Hanna"),
        ("Rey", "Roy"),
        ("Kalbermatten", "Kaltenbach"),
        ("Rosa", "Rose"),
    ],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert _ask("name_key", one) != _ask("name_key", other)


def test_words_keep_their_order_and_are_parted_by_one_blank() -> None:
    assert _ask("name_key", "  von  Allmen,\tJean–Pierre ") == "von almen iean piere"


@pytest.mark.parametrize("nothing", ["", "  ", "-", "'’", "%", "\\"])
def test_a_name_without_letters_has_an_empty_key_and_no_words(nothing: str) -> None:
    assert (_ask("name_key", nothing), _ask("name_words", nothing)) == ("", [])


@pytest.mark.parametrize(
    ("name", "typed"), [("Hans Jörg", "Hansjörg"), ("De Angelis", "Deangelis"), ("Anna Lena", "Annalena")]
)
def test_two_words_are_found_by_one(name: str, typed: str) -> None:
    assert _ask("name_key", typed) in _ask("name_words", name)  # type: ignore[operator]


@pytest.mark.parametrize("name", ["Đorđević Şimşek", "Πέτρος Παπαδόπουλος", "محمد", "Дмитрий", "王伟"])
def test_names_in_any_script_keep_a_key(name: str) -> None:
    assert _ask("name_key", name)


def test_a_key_of_a_key_is_itself() -> None:
    for name in (
        "Müller-Bärtschi Käthi",
        "Djordjevic",
        "Schaffhauser",
        "Jean–Pierre Cuche",
        "Mühlethaler",
        "Szczepański",
    ):
        key = _ask("name_key", name)

        assert _ask("name_key", str(key)) == key
