// The blocks of a page and its frame.
#include "continuo/page/page.h"

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "page/html.h"

namespace continuo::page {
namespace {

constexpr std::size_t kContentsFrom = 3;  ///< headings

std::string figure(const std::string& what, const Inline& caption) {
  std::string out = "<figure>\n<div class=\"scroll\" tabindex=\"0\">" + what + "</div>\n";
  if (!caption.html().empty()) out += "<figcaption>" + caption.html() + "</figcaption>\n";
  return out + "</figure>\n";
}

std::string cell(const Inline& content, char align, const char* tag, const char* scope) {
  std::string out = std::string("<") + tag;
  if (scope != nullptr) out += std::string(" scope=\"") + scope + '"';
  if (align == 'r') out += " class=\"number\"";
  if (align == 'c') out += " class=\"middle\"";
  return out + '>' + content.html() + "</" + tag + '>';
}

}  // namespace

Page::Page(std::string_view title, PageOptions options) : title_(title), options_(std::move(options)) {}

Page& Page::heading(const Inline& text, int level) {
  if (level < 2 || level > 4)
    throw Error(ErrorCode::kInvalidArgument, "a page has headings of level 2 to 4, not " + std::to_string(level));
  const std::string digit = std::to_string(level);
  body_ += "<h" + digit;
  if (level == 2) {
    const std::string id = options_.id_prefix + "part-" + std::to_string(entries_.size() + 1);
    body_ += " id=\"" + id + '"';
    entries_.push_back({id, text.html()});
  }
  body_ += '>' + text.html() + "</h" + digit + ">\n";
  return *this;
}

Page& Page::paragraph(const Inline& text) {
  body_ += "<p>" + text.html() + "</p>\n";
  return *this;
}

Page& Page::note(const Inline& text) {
  body_ += "<p class=\"note\">" + text.html() + "</p>\n";
  return *this;
}

Page& Page::list(const std::vector<Inline>& items, bool ordered) {
  const std::string tag = ordered ? "ol" : "ul";
  body_ += '<' + tag + ">\n";
  for (const Inline& item : items) body_ += "<li>" + item.html() + "</li>\n";
  body_ += "</" + tag + ">\n";
  return *this;
}

Page& Page::code(std::string_view lines) {
  body_ += "<pre tabindex=\"0\"><code>" + escaped(lines) + "</code></pre>\n";
  return *this;
}

Page& Page::table(const Table& table) {
  const auto align = [&](std::size_t column) { return column < table.align.size() ? table.align[column] : 'l'; };
  if (!table.folded.empty()) body_ += "<details>\n<summary>" + escaped(table.folded) + "</summary>\n";
  body_ += "<div class=\"scroll\" tabindex=\"0\">\n<table>\n";
  if (!table.caption.empty()) body_ += "<caption>" + escaped(table.caption) + "</caption>\n";
  body_ += "<thead>\n<tr>";
  for (std::size_t column = 0; column < table.header.size(); ++column)
    body_ += cell(table.header[column], align(column), "th", "col");
  body_ += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    if (row.size() > table.header.size()) {
      throw Error(ErrorCode::kInvalidArgument, "a row of a table has " + std::to_string(row.size()) +
                                                   " cells, its header " + std::to_string(table.header.size()));
    }
    body_ += "<tr>";
    for (std::size_t column = 0; column < table.header.size(); ++column) {
      static const Inline kEmpty;
      const Inline& content = column < row.size() ? row[column] : kEmpty;
      body_ += column == 0 ? cell(content, align(column), "th", "row") : cell(content, align(column), "td", nullptr);
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody>\n</table>\n</div>\n";
  if (!table.folded.empty()) body_ += "</details>\n";
  return *this;
}

std::string Page::shown(const Media& picture, std::string_view alt) {
  ++pictures_;
  if (picture.type == "image/svg+xml")
    return inline_svg(picture, options_.id_prefix + "picture-" + std::to_string(pictures_) + "-", alt);
  if (picture.type.starts_with("image/"))
    return "<img src=\"" + data_address(picture) + "\" alt=\"" + escaped(alt) + "\">";
  throw Error(
      {.message = "is " + picture.type + ", no picture", .path = picture.name, .code = ErrorCode::kUnsupported});
}

std::string Page::figure_of(const Media& picture, std::string_view alt, const Inline& caption) {
  return figure(shown(picture, alt), caption);
}

Page& Page::picture(const Media& picture, std::string_view alt, const Inline& caption) {
  body_ += figure_of(picture, alt, caption);
  return *this;
}

Page& Page::include(const Page& other) {
  body_ += other.body_;
  return *this;
}

Page& Page::cards(const std::vector<Card>& cards) {
  std::string out = "<div class=\"cards\">\n";
  for (const Card& card : cards) {
    const std::string id = options_.id_prefix + "card-" + std::to_string(++cards_);
    out += "<article class=\"card\" aria-labelledby=\"" + id + "\">\n<h3 id=\"" + id + "\">" + card.title.html() +
           "</h3>\n";
    if (!card.facts.html().empty()) out += "<p class=\"facts\">" + card.facts.html() + "</p>\n";
    if (!card.player.html().empty()) out += "<div class=\"player\">" + card.player.html() + "</div>\n";
    out += "<details>\n<summary>" + shown(card.picture, card.alt) + "<span>" + escaped(card.opens) +
           "</span></summary>\n" + card.inside.body_ + "</details>\n</article>\n";
  }
  body_ += out + "</div>\n";
  return *this;
}

Page& Page::gallery(const std::vector<Figure>& figures) {
  std::string inside;
  for (const Figure& one : figures) inside += figure_of(one.picture, one.alt, one.caption);
  body_ += "<div class=\"gallery\">\n" + inside + "</div>\n";
  return *this;
}

std::string Page::html() const {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      // The browser itself refuses whatever would ask the network for something.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src data:; media-src data:\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"Continuo\">\n"
      "<title>" +
      escaped(title_) + "</title>\n<style>\n" + std::string(style()) + "</style>\n</head>\n<body>\n<header>\n<h1>" +
      escaped(title_) + "</h1>\n";
  if (!options_.subtitle.empty()) out += "<p>" + escaped(options_.subtitle) + "</p>\n";
  out += "</header>\n";
  if (options_.contents && entries_.size() >= kContentsFrom) {
    out += "<nav aria-label=\"Contents\">\n<ol>\n";
    for (const Entry& entry : entries_) out += "<li><a href=\"#" + entry.id + "\">" + entry.html + "</a></li>\n";
    out += "</ol>\n</nav>\n";
  }
  return out + "<main>\n" + body_ + "</main>\n</body>\n</html>\n";
}

void Page::write(const std::filesystem::path& path) const { write_file_atomically(path, html()); }

}  // namespace continuo::page
