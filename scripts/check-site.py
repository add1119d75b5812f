#!/usr/bin/env python3
"""Checks that the links of a site lead to files of it, and to elements of them.

    scripts/check-site.py target/site
"""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    """The links and the ids of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.ids = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src") and value and tag != "base":
                self.links.add(value)
            elif name == "id":
                self.ids.add(value)


site = pathlib.Path(sys.argv[1]).resolve()
# 404.html is shown at any address, and toc.html inside other pages.
pages = {file: Page(file.read_text()) for file in site.rglob("*.html") if file.name not in ("404.html", "toc.html")}
dead = []
for file, page in sorted(pages.items()):
    for link in sorted(page.links):
        url = urllib.parse.urlsplit(link)
        if url.scheme or url.netloc:
            continue
        target = (file.parent / urllib.parse.unquote(url.path)).resolve() if url.path else file
        target = target / "index.html" if target.is_dir() else target
        fragment = urllib.parse.unquote(url.fragment)
        if not target.is_file() or not target.is_relative_to(site):
            dead.append(f"{file.relative_to(site)}: {link}: no such file")
        elif fragment and target in pages and fragment not in pages[target].ids:
            dead.append(f"{file.relative_to(site)}: {link}: no such element")
print("\n".join(dead) or f"{len(pages)} pages, all links lead somewhere")
sys.exit(bool(dead))
