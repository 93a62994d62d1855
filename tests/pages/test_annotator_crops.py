"""A crop on the annotator's page: the part that is meant, and on demand the whole image around it."""

import pytest
from playwright.async_api import Browser, expect

from pages.labelkit import answered, open_desk, open_tasks
from pages.picturekit import draw_picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SCHEMA = {"kind": "single_choice", "classes": [{"name": "fish"}, {"name": "coral"}]}
LOADED = "document.querySelector('.sheet img').complete && document.getElementById('progress-yours')"
CROP = {"left": 0.2, "top": 0.25, "right": 0.34, "bottom": 0.41}


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_crop_is_shown_and_the_whole_image_on_demand(browser: Browser, width: int) -> None:
    whole = {"url": "/dot.png?whole", "thumbnail": None, "width": 640, "height": 480}
    part = {"url": "/dot.png?part", "thumbnail": None, "width": 90, "height": 77}
    content = {"kind": "image", "media": whole, "crop": CROP, "cropped": part}
    async with open_desk(SCHEMA, [content, content]) as desk:
        desk.image = draw_picture(90, 77)
        page = await open_tasks(browser, desk, viewport={"width": width, "height": 800})
        image, outline = page.locator(".sheet img"), page.locator(".sheet .crop")
        await expect(image).to_have_attribute("src", "/dot.png?part")
        await expect(outline).to_have_count(0)
        await page.wait_for_function(LOADED)
        shown = await image.bounding_box()
        assert shown is not None
        assert shown["width"] >= 260  # a crop of few pixels is enlarged
        button = page.get_by_role("button", name="Whole image")
        await expect(button).to_have_attribute("aria-pressed", "false")
        await button.focus()
        await page.keyboard.press("Enter")
        await expect(image).to_have_attribute("src", "/dot.png?whole")
        await page.wait_for_function(LOADED)
        sheet, box = await page.locator(".sheet").bounding_box(), await outline.bounding_box()
        assert sheet is not None
        assert box is not None
        assert (box["x"] - sheet["x"]) / sheet["width"] == pytest.approx(CROP["left"], abs=0.02)
        assert box["height"] / sheet["height"] == pytest.approx(CROP["bottom"] - CROP["top"], abs=0.02)
        await page.keyboard.press("1")  # labels the crop
        assert (await answered(page, desk, 1))["label"] == "fish"
        await expect(image).to_have_attribute("src", "/dot.png?part")  # the next task begins with its crop
