"""Address headers in the forms that mail programs write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.mail.rules import addresses_in

IDA, BO = "ida@foundry.example", "bo@tools.example"


@pytest.mark.parametrize(
    "value",
    [
        f"{IDA}, {BO}",
        f"{IDA}; {BO};",
        f"{IDA};{BO}, ;",
        f"\"Lund, Ida\" <{IDA}>; 'Bo' <{BO}>",
        f'"Lund; Ida" <{IDA}>, "Bo; of <Tools>, Inc." <{BO}>',
        f'"Ida \\"the boss; of, all\\" Lund" <{IDA}>; Bo <{BO}>',
        f'"{BO}" <{IDA}>; {BO} (second; shift, (nights)) ;',
        f"Lund, Ida <{IDA}>; Bo, Tools <{BO}>",
        f"=?utf-8?Q?L=C3=BCnd=2C_Ida?= <{IDA}>;\r\n\t<{BO}>",
        f"Team: {IDA}, Bo <{BO}>;",
        f'"Shops; all": {IDA};, undisclosed-recipients:;, {BO}',
        f"(by \\) hand) {IDA}; Team: Bo <{BO}>; {IDA} <>",
    ],
)
def test_recipients_are_separated_by_commas_and_semicolons(value: str) -> None:
    assert addresses_in([value]) == [IDA, BO]
    assert addresses_in([value, "", IDA]) == [IDA, BO, IDA]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Ida Lund",
        "undisclosed-recipients:;",
        f"Ida <{IDA}> <{BO}>",
        f"Ida <{IDA}",
        f"Ida {IDA}",
        f"<{IDA}, <{BO}",
        f'"Lund, Ida <{IDA}>',
        f"(not closed; {IDA}",
        '"Ida <ida"@foundry.example',
        "ida@bo@foundry.example",
        "(ida\\",
    ],
)
def test_a_header_without_a_clear_address_gives_none(value: str) -> None:
    assert addresses_in([value]) == []


@given(st.text('a@.,;:<>()"\\ \r\n', max_size=40))
def test_no_header_raises_an_error(value: str) -> None:
    assert all(address.count("@") == 1 for address in addresses_in([value]))
    assert addresses_in([f"{IDA}; {value}"])[:1] == [IDA]
