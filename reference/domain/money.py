"""Money as integers: a float has never held a cent."""

import re
from dataclasses import dataclass

# Currencies whose minor unit is not a hundredth (ISO 4217).
EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_CODE = re.compile("[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in integer minor units and an upper-case ISO 4217 code; ValueError for anything else."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int or self.amount < 0:
            raise ValueError(f"amount must be a whole number of minor units, not {self.amount!r}")
        if not _CODE.fullmatch(self.currency):
            raise ValueError(f"currency must be an ISO 4217 code such as EUR, not {self.currency!r}")

    def __str__(self) -> str:
        places = EXPONENTS.get(self.currency, 2)
        digits = f"{self.amount:0{places + 1}d}"
        return f"{digits[:-places]}.{digits[-places:]} {self.currency}" if places else f"{digits} {self.currency}"
