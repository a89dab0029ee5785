// Drawings within a page: one document has one space of ids, and no drawing may run anything or fetch anything.
#include <algorithm>
#include <cctype>

#include "continuo/base/error.h"
#include "page/html.h"

namespace continuo::page {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

[[noreturn]] void refuse(const Media& drawing, const std::string& why) {
  throw Error({.message = why,
               .path = drawing.name,
               .hint = "Pages take drawings of shapes and text only.",
               .code = ErrorCode::kUnsupported});
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Writes one tag with its ids prefixed; throws for everything that is more than drawing.
class TagWriter {
 public:
  TagWriter(const Media& drawing, const std::string& prefix, std::string& out)
      : drawing_(drawing), prefix_(prefix), out_(out) {}

  void write(std::string_view tag) {
    std::size_t at = 1;
    while (at < tag.size() && !is_space(tag[at]) && tag[at] != '>' && (tag[at] != '/' || at == 1)) ++at;
    const std::string name = lower(tag.substr(1, at - 1));
    check_name(name.starts_with('/') ? name.substr(1) : name);
    out_ += tag.substr(0, at);
    while (at < tag.size()) {
      if (is_space(tag[at]) || tag[at] == '/' || tag[at] == '>') {
        out_ += tag[at++];
        continue;
      }
      const std::size_t equals = tag.find('=', at);
      if (equals == std::string_view::npos || equals + 1 >= tag.size())
        refuse(drawing_, "has an attribute without a value");
      const char quote = tag[equals + 1];
      const std::size_t end = quote == '"' || quote == '\'' ? tag.find(quote, equals + 2) : std::string_view::npos;
      if (end == std::string_view::npos) refuse(drawing_, "has an attribute without quotes");
      attribute(tag.substr(at, equals - at), tag.substr(equals + 2, end - equals - 2), quote);
      at = end + 1;
    }
  }

 private:
  void check_name(const std::string& name) const {
    static constexpr std::string_view kDrawn[] = {
        "svg",      "g",    "rect",   "circle", "ellipse",        "line",           "polyline",
        "polygon",  "path", "text",   "tspan",  "title",          "desc",           "defs",
        "clippath", "use",  "marker", "image",  "lineargradient", "radialgradient", "stop"};
    if (std::find(std::begin(kDrawn), std::end(kDrawn), name) == std::end(kDrawn))
      refuse(drawing_, "has an element <" + name.substr(0, 40) + ">, which is no drawing");
  }

  void attribute(std::string_view name, std::string_view value, char quote) {
    const std::string key = lower(name);
    if (key.starts_with("on")) refuse(drawing_, "has an event handler");
    std::string text(value);
    if (key == "id") {
      text = prefix_ + text;
    } else if (key == "href" || key == "xlink:href") {
      if (text.starts_with('#')) {
        text = "#" + prefix_ + text.substr(1);
      } else if (!text.starts_with("data:image/png;base64,")) {
        refuse(drawing_, "refers to something outside of it");
      }
    } else {
      for (std::size_t at = 0; (at = text.find("url(", at)) != std::string::npos; at += prefix_.size()) {
        if (text.compare(at + 4, 1, "#") != 0) refuse(drawing_, "refers to something outside of it");
        text.insert(at += 5, prefix_);
      }
    }
    out_ += name;
    out_ += '=';
    out_ += quote;
    out_ += text;
    out_ += quote;
  }

  const Media& drawing_;
  const std::string& prefix_;
  std::string& out_;
};

}  // namespace

std::string inline_svg(const Media& drawing, const std::string& prefix, std::string_view alt) {
  const std::string_view text(reinterpret_cast<const char*>(drawing.bytes.data()), drawing.bytes.size());
  const std::size_t begin = text.find("<svg");
  if (begin == std::string_view::npos) refuse(drawing, "is no SVG drawing");
  std::string out;
  TagWriter tags(drawing, prefix, out);
  for (std::size_t at = begin; at < text.size();) {
    const std::size_t open = text.find('<', at);
    out += text.substr(at, open - at);
    if (open == std::string_view::npos) break;
    if (text.substr(open).starts_with("<!--")) {
      const std::size_t end = text.find("-->", open + 4);
      if (end == std::string_view::npos) refuse(drawing, "has a comment without an end");
      at = end + 3;
      continue;
    }
    // Values may hold '>': the tag ends at the first one outside of quotes.
    std::size_t end = open;
    for (char quote = 0; end < text.size() && (quote != 0 || text[end] != '>'); ++end) {
      if (quote == 0 && (text[end] == '"' || text[end] == '\'')) {
        quote = text[end];
      } else if (text[end] == quote) {
        quote = 0;
      }
    }
    if (end == text.size()) refuse(drawing, "has a tag without an end");
    tags.write(text.substr(open, end + 1 - open));
    at = end + 1;
  }
  out.insert(4, " role=\"img\" aria-label=\"" + escaped(alt) + "\"");
  while (!out.empty() && is_space(out.back())) out.pop_back();
  return out;
}

}  // namespace continuo::page
