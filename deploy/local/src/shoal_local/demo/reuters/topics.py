"""The 52 topics of Reuters R52: their definitions, for the guideline, and the topics that people confuse.

The definitions are ours; the names are those of the Reuters-21578 collection.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One class of the guideline. `family`: the topics that an annotator may confuse with it."""

    name: str
    family: str
    definition: str


_FAMILIES: dict[str, dict[str, str]] = {
    "company": {
        "earn": "A company's results: profit, loss, sales, dividends, stock splits, forecasts of them.",
        "acq": "Mergers, acquisitions, stakes, takeover bids, sales of units.",
    },
    "money": {
        "money-fx": "Exchange rates and intervention in currency and money markets.",
        "interest": "Interest rates: central banks' rates, prime rates, yields.",
        "money-supply": "Money supply figures (M1, M2, M3) and targets for them.",
        "dlr": "The US dollar in particular: its rate and what moves it.",
        "reserves": "Foreign exchange and gold reserves of a country.",
        "instal-debt": "Consumer instalment credit.",
    },
    "economy": {
        "trade": "Trade between countries: balances, tariffs, quotas, disputes.",
        "bop": "Balance of payments and current account.",
        "gnp": "Gross national or domestic product, growth of an economy.",
        "cpi": "Consumer prices and inflation measured by them.",
        "wpi": "Wholesale and producer prices.",
        "jobs": "Employment, unemployment, job figures.",
        "ipi": "Industrial production figures.",
        "retail": "Retail sales figures of a country.",
        "housing": "Housing starts, building permits, home sales.",
        "income": "Personal income and spending.",
        "lei": "Index of leading economic indicators.",
    },
    "energy": {
        "crude": "Crude oil: prices, production, OPEC, fields, refining of crude.",
        "nat-gas": "Natural gas: supply, prices, pipelines.",
        "gas": "Gasoline: prices, stocks, demand.",
        "fuel": "Fuel oil and other refined fuels.",
        "heat": "Heating oil.",
        "jet": "Jet fuel.",
        "pet-chem": "Petrochemicals: ethylene, plastics, their plants.",
    },
    "metals": {
        "gold": "Gold: mines, prices, coins.",
        "platinum": "Platinum and related metals.",
        "copper": "Copper: mines, prices, smelters.",
        "alum": "Aluminium and bauxite.",
        "zinc": "Zinc.",
        "lead": "Lead, the metal.",
        "tin": "Tin, and the International Tin Council.",
        "nickel": "Nickel.",
        "iron-steel": "Iron ore, iron and steel.",
        "strategic-metal": "Strategic and minor metals: uranium, titanium, cobalt, tungsten.",
    },
    "farm": {
        "grain": "Grain: wheat, corn, rice, barley; crops, exports, subsidies.",
        "veg-oil": "Vegetable oils: palm, soy, rapeseed oil.",
        "meal-feed": "Oilseed meals and animal feed.",
        "livestock": "Live cattle and hogs, their numbers and diseases.",
        "carcass": "Meat: beef, pork, slaughter, meat trade.",
        "potato": "Potatoes.",
    },
    "softs": {
        "sugar": "Sugar: crops, prices, trade.",
        "coffee": "Coffee: the International Coffee Organisation, quotas, crops.",
        "cocoa": "Cocoa: buffer stock, the International Cocoa Organisation, crops.",
        "tea": "Tea.",
        "orange": "Oranges and orange juice.",
        "cotton": "Cotton: crops, prices, exports.",
        "rubber": "Natural rubber: agreements, prices.",
        "lumber": "Lumber and timber.",
    },
    "other": {
        "ship": "Shipping: ports, strikes, freight, attacks on ships.",
        "cpu": "Computers as industrial capacity: capacity utilisation figures.",
    },
}

TOPICS: dict[str, Topic] = {
    name: Topic(name, family, definition)
    for family, members in _FAMILIES.items()
    for name, definition in members.items()
}


def family_of(name: str) -> tuple[str, ...]:
    """Return the other topics of the family of `name`."""
    family = TOPICS[name].family
    return tuple(topic.name for topic in TOPICS.values() if topic.family == family and topic.name != name)
