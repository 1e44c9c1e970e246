"""The pages."""

import pytest

PAGE = '<!doctype html><html lang="zh-CN"><title>member</title></html>'
SHOWN = '<!doctype html><html data-zone="Asia/Shanghai" lang="zh-CN"><title>member</title></html>'
HTML = {"Accept": "text/html"}


def test_without_a_build_the_page_says_what_to_do(house):
    answer = house.browser().page("/app/")

    assert answer.status_code == 200
    assert "make web" in answer.text


def test_the_front_door_leads_to_the_members_face(house):
    answer = house.browser().page("/")

    assert (answer.status_code, answer.headers["location"]) == (307, "/app/")


class TestWithABuild:
    @pytest.fixture
    def webroot(self, tmp_path):
        root = tmp_path / "webroot"
        for name, text in {
            "app/index.html": PAGE,
            "app/sw.js": "// worker",
            "assets/main-abc.js": "let x = 1",
        }.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        return root

    def test_the_face_is_served_and_told_by_which_zone_the_house_goes(self, house):
        answer = house.browser().page("/app/")

        assert (answer.status_code, answer.text) == (200, SHOWN)

    @pytest.mark.parametrize("path", ["/app/", "/app/sw.js"])
    def test_pages_and_their_worker_are_asked_for_anew_each_time(self, house, path):
        browser = house.browser()

        first = browser.page(path)
        again = browser.page(path, headers={"If-None-Match": first.headers["ETag"]})

        assert first.headers["Cache-Control"] == "no-cache"
        assert again.status_code == 304

    def test_what_bears_its_hash_in_its_name_is_kept_for_ever(self, house):
        answer = house.browser().page("/assets/main-abc.js")

        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"

    def test_a_script_of_an_older_build_is_not_found_rather_than_html(self, house):
        answer = house.browser().page("/assets/main-old.js", headers=HTML)

        assert answer.status_code == 404
        assert "immutable" not in answer.headers["Cache-Control"]

    def test_any_page_inside_a_face_is_the_face(self, house):
        assert house.browser().page("/app/somewhere", headers=HTML).text == SHOWN

    def test_nothing_under_the_api_is_ever_a_page(self, house):
        answer = house.browser().page("/api/v1/nothing", headers=HTML)

        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")

    @pytest.mark.parametrize("path", ["/app/../../secret", "/app/%2e%2e/secret", "/assets/%2e%2e%2fapp/index.html"])
    def test_nothing_outside_is_served(self, house, path):
        (house.centre.directory / "secret").write_text("secret")

        assert house.browser().page(path).text != "secret"

    def test_a_face_that_was_not_built_is_not_there(self, house):
        assert house.browser().page("/kiosk/", headers=HTML).status_code == 404
