import pytest

from render.catalog.load import load_catalog
from render.environment import address_fault, addresses_in, filled, named_in, place_of
from render.runner.addresses import Addresses
from render.settings import Secret, is_set, read_value

SPEC = load_catalog().find("kandinsky-5-lite")
REQUEST = {
    "positivePrompt": "a sign that says ${env.HOOK}",
    "webhookURL": "https://example.com/${env.HOOK}?again=${env.HOOK}",
    "uploadEndpoint": "${env.BUCKET}",
    "width": 512,
}


def test_an_address_names_each_variable_once():
    assert named_in(REQUEST["webhookURL"]) == ("HOOK",)
    assert named_in("${env.A}${env.B}${env.A}") == ("A", "B")
    assert named_in("https://example.com/${name}${env.}${env.1}") == ()
    assert named_in(None) == ()


def test_values_are_filled_in_as_they_are():
    assert filled("${env.A}/${env.B}", {"A": "${env.B}", "B": r"\1"}.__getitem__) == r"${env.B}/\1"


@pytest.mark.parametrize("spec", [SPEC, None])
def test_only_addresses_are_filled_in_and_the_request_itself_stays(spec):
    values = {"HOOK": Secret("hush"), "BUCKET": Secret("https://example.com/b")}
    sent = Addresses(values=values).put_in(REQUEST, spec)
    assert sent == REQUEST | {
        "webhookURL": "https://example.com/hush?again=hush",
        "uploadEndpoint": "https://example.com/b",
    }
    assert "hush" not in str(REQUEST)
    assert "hush" not in repr(Addresses(values=values))


def test_where_nothing_is_served_addresses_are_left_out():
    assert Addresses(is_served=False).put_in(REQUEST, SPEC).keys() == {"positivePrompt", "width"}


def test_a_model_without_addresses_has_none():
    assert addresses_in(REQUEST, load_catalog().find("kandinsky-5-distill")) == {}


@pytest.mark.parametrize("address", ["https://example.com/x", "http://127.0.0.1:8080/x?y=z", "HTTPS://EXAMPLE.COM"])
def test_something_can_be_sent_to_an_address_of_the_web(address):
    assert address_fault(address) == ""


@pytest.mark.parametrize(
    "address",
    ["", "x", "ftp://a/", "https://", "https:///x", "https://a b/", "https://a/\n", "https://a:99999/", "//a/"],
)
def test_nothing_can_be_sent_to_anything_else(address):
    assert address_fault(address)


def test_a_variable_that_holds_nothing_is_not_set():
    assert not is_set("A", environ={"A": ""})
    assert not is_set("B", environ={"A": "x"})
    assert is_set("A", environ={"A": "x"})
    assert read_value("A", environ={"A": ""}) is None
    assert read_value("A", environ={"A": " x "}).reveal() == " x "


def test_two_spellings_of_one_place_are_equal():
    assert place_of("HTTPS://Example.com/a?B=c#d") == place_of("https://example.com/a?B=c")
    assert place_of("https://example.com") == place_of("https://example.com/")
    assert len({place_of(f"https://example.com/{rest}") for rest in ("a", "A", "a/", "a?x=1", "a?x=2")}) == 5
    assert place_of("http://[") == "http://["
