"""An example project for `shoal up`: newswire topics, so that the annotator page has work at once."""

import json
from collections.abc import Mapping
from typing import Any

import httpx

PROJECT = "example"
GUIDELINE = {
    "title": "Topics of newswire",
    "text": (
        "# What is the report about?\n\nChoose the one topic that an editor would file it under.\n\n"
        "* Decide by the **new** facts in the report, not by those it mentions in passing.\n"
        "* A price of a commodity belongs to the commodity, not to trade.\n"
        "* If you cannot tell, skip it and say why."
    ),
    "label_schema": {
        "kind": "single_choice",
        "classes": [
            {
                "name": "earnings",
                "definition": "A company's results, dividends or forecasts of them.",
                "examples": ["Net profit rose 8 pct in the second quarter."],
            },
            {
                "name": "takeover",
                "definition": "Mergers, stakes, bids, sales of units.",
                "examples": ["The bidder raised its offer to 42 dollars a share."],
            },
            {
                "name": "grain",
                "definition": "Wheat, maize, rice: harvests, sales, prices.",
                "examples": ["Drought cut the wheat harvest by a tenth."],
            },
            {
                "name": "energy",
                "definition": "Oil, gas and their products.",
                "examples": ["Crude fell below 18 dollars a barrel."],
            },
            {
                "name": "shipping",
                "definition": "Ports, freight, vessels, strikes of seamen.",
                "examples": ["Dockers return to work on Monday."],
            },
        ],
    },
    "prelabels_allowed": True,
}
TEXTS = (
    (
        "earnings",
        "Harlan Tools said its third quarter profit doubled to 4.1 mln dlrs on higher export sales.",
    ),
    ("takeover", "Northgate Holdings bought 9.8 pct of Ferro Mills and may seek control of the board."),
    ("grain", "The ministry expects the maize crop to reach 5.2 mln tonnes after good rains in the north."),
    ("energy", "Producers agreed to cut crude output by 700,000 barrels a day from April."),
    ("shipping", "Thirty vessels are waiting off the port as the pilots' strike enters its second week."),
    ("earnings", "Bluewater Foods omitted its quarterly dividend and expects a loss for the year."),
    ("energy", "A pipeline leak stopped gas deliveries to two southern provinces on Sunday."),
    (
        "takeover",
        "Directors of Alden Paper rejected the tender offer as inadequate and said talks had ended.",
    ),
    ("grain", "Exporters sold 120,000 tonnes of winter wheat for May shipment at higher prices."),
    ("shipping", "Freight rates for bulk carriers rose to their highest level in two years."),
    ("earnings", "Orchard Insurance raised its full-year forecast after mild weather cut claims."),
    ("energy", "The refinery will close for six weeks of repairs, cutting gasoline supplies in the region."),
    ("takeover", "The brewer agreed to sell its soft drinks unit to a group led by management."),
    ("grain", "Rice stocks fell to a four-year low as the monsoon delayed planting."),
)


def seed_project(urls: Mapping[str, str], key: str | None = None) -> None:
    """Create the project over HTTP: a guideline, a campaign over every sample, and texts with predictions."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(headers=headers, timeout=30) as http:
        title = {"project": PROJECT, "title": "Example: news desk"}
        http.post(urls["ingest"] + "/v1/projects", json=title).raise_for_status()
        http.post(f"{urls['qa']}/v1/projects/{PROJECT}/guidelines", json=GUIDELINE).raise_for_status()
        campaign = {
            "name": "everything",
            "strategy": {"kind": "random", "share": 1.0},
            "budget": {"votes": 10_000},
            "labeling": {"votes": 2, "max_votes": 3},
        }
        address = f"{urls['sampler']}/v1/projects/{PROJECT}/campaigns"
        http.post(address, json=campaign).raise_for_status()
        body = "\n".join(json.dumps(_inference_body(number, *pair)) for number, pair in enumerate(TEXTS))
        http.post(urls["ingest"] + "/v1/inferences", content=body).raise_for_status()


def _inference_body(number: int, label: str, text: str) -> dict[str, Any]:
    prediction = {"model": "example", "version": "1", "label": label, "scores": {label: 0.7}}
    return {
        "project": PROJECT,
        "source": "example",
        "source_id": str(number),
        "text": text,
        "prediction": prediction,
    }
