// Pages: what they hold, what hostile text cannot do, and what drawings may be.
#include "continuo/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo::page {
namespace {

using testing::HasSubstr;
using testing::Not;

Media drawing(const std::string& text) { return {"image/svg+xml", {text.begin(), text.end()}, "drawing.svg"}; }

Media png() { return {"image/png", {0x89, 'P', 'N', 'G'}, "dot.png"}; }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

TEST(Escaped, LeavesNothingThatHtmlWouldRead) {
  EXPECT_EQ(escaped("<script>alert(\"1\" & '2')</script>"),
            "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;");
  EXPECT_EQ(escaped("&lt;"), "&amp;lt;");
  EXPECT_EQ(escaped("Frère 𝄞"), "Frère 𝄞");
  EXPECT_EQ(escaped("Fr\xE8re"), "Frère");
  EXPECT_EQ(escaped(std::string_view("a\0b\x1B[31m\x7F\xC2\x85\tc\n", 14)), "ab[31m\tc\n");
}

TEST(Page, HostileTextStaysText) {
  const std::string bad = "\"><script>bad()</script><img src=x onerror='bad()'> & </title></style>";
  Page page(bad, {.subtitle = bad});
  page.heading(bad).paragraph(bad).note(Inline().strong(bad).code(bad)).list({bad}).code(bad);
  page.table({.caption = bad, .header = {bad, bad}, .rows = {{bad}, {bad, bad}}});
  page.picture(png(), bad, bad);
  page.picture(drawing("<svg><rect/></svg>"), bad);
  page.paragraph(Inline().audio({"audio/mpeg", {1}, bad}, bad).download({"audio/midi", {1}, bad}, bad));
  page.paragraph(Inline().link(bad, "https://example.org/" + bad));
  const std::string html = page.html();
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("onerror='")));
  EXPECT_EQ(count(html, "</title>"), 1U);
  EXPECT_EQ(count(html, "</style>"), 1U);
  EXPECT_EQ(count(html, "<img "), 1U);
  // Every attribute ends where it was meant to: outside of tags no quote is left as it was.
  EXPECT_TRUE(std::regex_search(html, std::regex("alt=\"&quot;&gt;&lt;script[^\"<>]*\">")));
  EXPECT_TRUE(std::regex_search(html, std::regex("aria-label=\"&quot;&gt;&lt;script[^\"<>]*\"")));
  EXPECT_TRUE(std::regex_search(html, std::regex("download=\"&quot;&gt;&lt;script[^\"<>]*\"")));
}

TEST(Page, GalleriesHoldFiguresWithIdsOfTheirOwn) {
  const auto drawn = drawing("<svg><g id=\"a\"/></svg>");
  Page page("Title");
  page.picture(drawn, "alone").gallery({{drawn, "first", "One"}, {png(), "second", Inline().strong("<Two>")}});
  const std::string html = page.html();
  EXPECT_EQ(count(html, "<div class=\"gallery\">"), 1U);
  const std::string inside = html.substr(html.find("<div class=\"gallery\">"));
  EXPECT_EQ(count(inside, "<figure>"), 2U);
  EXPECT_THAT(inside, HasSubstr("aria-label=\"first\"><g id=\"picture-2-a\"/>"));
  EXPECT_THAT(inside, HasSubstr("alt=\"second\""));
  EXPECT_THAT(inside, HasSubstr("<figcaption><strong>&lt;Two&gt;</strong></figcaption>"));
  EXPECT_THROW(page.gallery({{{"audio/mpeg", {1}, "a.mp3"}, "x", ""}}), Error);
}

TEST(Page, CardsOpenByThemselvesAndKeepTheirIds) {
  const auto drawn = drawing("<svg><g id=\"a\"/></svg>");
  std::vector<Card> cards;
  for (int i = 0; i < 2; ++i) {
    Card card{.title = "Piece <" + std::to_string(i + 1) + ">",
              .facts = "E minor",
              .player = Inline().text("play"),
              .picture = drawn,
              .alt = "small",
              .opens = "Larger & more",
              .inside = Page("", {.subtitle = "", .id_prefix = "piece-" + std::to_string(i + 1) + "-"})};
    card.inside.heading("Inside").picture(drawn, "large");
    cards.push_back(std::move(card));
  }
  Page page("Title");
  page.cards(cards);
  const std::string html = page.html();
  EXPECT_EQ(count(html, "<article class=\"card\""), 2U);
  EXPECT_EQ(count(html, "</article>"), 2U);
  EXPECT_EQ(count(html, "<summary><svg"), 2U) << "the picture itself opens the card";
  EXPECT_THAT(html, HasSubstr("Piece &lt;2&gt;"));
  EXPECT_THAT(html, HasSubstr("Larger &amp; more</span></summary>"));
  EXPECT_THAT(html, HasSubstr("aria-labelledby=\"card-2\""));
  std::regex id(" id=\"([^\"]*)\"");
  std::vector<std::string> ids;
  for (std::sregex_iterator i(html.begin(), html.end(), id), end; i != end; ++i) ids.push_back((*i)[1]);
  EXPECT_EQ(ids.size(), 8U);  // of two cards, their headings inside and four drawings
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(Page, ATableMayBeFolded) {
  Page page("Title");
  page.table({.header = {"open"}, .rows = {{"a"}}, .align = "", .folded = ""});
  page.table({.header = {"shut"}, .rows = {{"b"}}, .align = "", .folded = "1 < 2 rows"});
  const std::string html = page.html();
  EXPECT_EQ(count(html, "<details>"), 1U);
  const std::string inside = html.substr(html.find("<details>"));
  EXPECT_THAT(inside, HasSubstr("<summary>1 &lt; 2 rows</summary>"));
  EXPECT_LT(inside.find("</table>"), inside.find("</details>"));
  EXPECT_THAT(inside, Not(HasSubstr("open")));
}

TEST(Page, HoldsItsFilesAsBase64) {
  // RFC 4648, section 10.
  for (const auto& [plain, coded] : {std::pair{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"}}) {
    const std::string text = plain;
    EXPECT_THAT(
        Inline().download({"audio/midi", {text.begin(), text.end()}, "new.mid"}, "MIDI").html(),
        HasSubstr(std::string("<a download=\"new.mid\" href=\"data:audio/midi;base64,") + coded + "\">MIDI</a>"));
  }
}

TEST(Page, AsksTheNetworkForNothing) {
  Page page("t");
  page.picture(png(), "a dot").picture(drawing("<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>"), "a square");
  page.paragraph(Inline().audio({"audio/mpeg", {1, 2}, "a.mp3"}, "a"));
  const std::string html = page.html();
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_FALSE(std::regex_search(html, std::regex("(src|srcset|poster|data)=\"(?!data:)")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
  EXPECT_THAT(html, Not(HasSubstr("@import")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
}

TEST(Page, TablesHaveHeadingsForBothDirectionsAndFillShortRows) {
  Page page("t");
  page.table(
      {.caption = "Losses", .header = {"network", "loss", "note"}, .rows = {{"wavenet", "2.13"}}, .align = "lr"});
  const std::string html = page.html();
  EXPECT_THAT(html, HasSubstr("<caption>Losses</caption>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\">network</th><th scope=\"col\" class=\"number\">loss</th>"));
  EXPECT_THAT(html, HasSubstr("<tr><th scope=\"row\">wavenet</th><td class=\"number\">2.13</td><td></td></tr>"));
  EXPECT_THROW(page.table({.header = {"one"}, .rows = {{"1", "2"}}}), Error);
}

TEST(Page, ContentsLeadToHeadings) {
  Page page("t");
  page.heading("One & only").heading("Under", 3).heading("Two");
  EXPECT_THAT(page.html(), Not(HasSubstr("<nav")));
  page.heading("Three");
  const std::string html = page.html();
  EXPECT_THAT(html, HasSubstr("<li><a href=\"#part-1\">One &amp; only</a></li>"));
  EXPECT_THAT(html, HasSubstr("<h2 id=\"part-3\">Three</h2>"));
  EXPECT_THAT(html, HasSubstr("<h3>Under</h3>"));
  EXPECT_THROW(page.heading("x", 1), Error);
  EXPECT_THROW(page.heading("x", 5), Error);
}

TEST(Page, DrawingsKeepTheirIdsApart) {
  const std::string text =
      "<?xml version=\"1.0\"?>\n<!-- by hand --><svg width=\"9\"><clipPath id=\"clip1\"><rect/></clipPath>"
      "<g clip-path=\"url(#clip1)\" id='g'><text x=\"1\">a &lt; b > c</text><use href=\"#g\"/></g></svg>\n";
  Page page("t");
  page.picture(drawing(text), "first").picture(drawing(text), "second", "Caption");
  const std::string html = page.html();
  EXPECT_THAT(html, HasSubstr("<svg role=\"img\" aria-label=\"first\" width=\"9\"><clipPath id=\"picture-1-clip1\">"));
  EXPECT_THAT(html,
              HasSubstr("<g clip-path=\"url(#picture-2-clip1)\" id='picture-2-g'><text x=\"1\">a &lt; b > c</text>"
                        "<use href=\"#picture-2-g\"/></g></svg></div>\n<figcaption>Caption</figcaption>"));
  EXPECT_THAT(html, Not(HasSubstr("<?xml")));
  EXPECT_THAT(html, Not(HasSubstr("by hand")));
}

TEST(Page, DrawingsAreOnlyDrawings) {
  Page page("t");
  for (const char* bad :
       {"<svg><script>bad()</script></svg>", "<svg onload=\"bad()\"></svg>", "<svg OnLoad='bad()'></svg>",
        "<svg><foreignObject><b>x</b></foreignObject></svg>", "<svg><image href=\"https://example.org/x.png\"/></svg>",
        "<svg><use xlink:href=\"other.svg#a\"/></svg>", "<svg><rect fill=\"url(https://example.org/#a)\"/></svg>",
        "<svg><a href=\"#x\"><text>x</text></a></svg>",
        "<svg><style>* { background: url(https://example.org) }</style></svg>", "<svg><rect x=1/></svg>",
        "<svg><rect x=\"1></svg>", "<svg><!-- </svg>", "<svg/onload=\"bad()\">", "no drawing",
        "<svg><rect href=\"javascript:bad()\"/></svg>", "<svg><animate attributeName=\"href\"/></svg>",
        "<svg><![CDATA[<script>]]></svg>"})
    EXPECT_THROW(page.picture(drawing(bad), "x"), Error) << bad;
}

TEST(Page, RefusesWhatIsOfAnotherKind) {
  Page page("t");
  EXPECT_THROW(page.picture({"audio/mpeg", {}, "a.mp3"}, "x"), Error);
  EXPECT_THROW(Inline().audio(png(), "x"), Error);
  EXPECT_THROW(Inline().link("x", "javascript:bad()"), Error);
  EXPECT_THROW(Inline().link("x", "file:///etc/passwd"), Error);
  EXPECT_THROW(load("page.exe"), Error);
  EXPECT_THROW(load("/nowhere/at/all.png"), Error);
}

TEST(Page, IsWrittenWhole) {
  const auto folder = std::filesystem::temp_directory_path() / ("page-" + std::to_string(::getpid()));
  write_file_atomically(folder / "DOT.PNG", std::string_view("\x89PNG"));
  const Media media = load(folder / "DOT.PNG");
  EXPECT_EQ(media.type, "image/png");
  EXPECT_EQ(media.name, "DOT.PNG");
  EXPECT_EQ(media.bytes.size(), 4U);
  Page page("Report");
  page.picture(media, "a dot");
  page.write(folder / "new" / "report.html");
  EXPECT_EQ(read_text_file(folder / "new" / "report.html"), page.html());
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace continuo::page
