// Text and what stands within it.
#include "continuo/base/error.h"
#include "continuo/base/text.h"
#include "page/html.h"

namespace continuo::page {

std::string escaped(std::string_view bytes) {
  const std::string text = is_utf8(bytes) ? std::string(bytes) : from_latin1(bytes);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    if (length > 1) {
      if (!c1) out.append(text, at, length);
    } else if (byte == '&') {
      out += "&amp;";
    } else if (byte == '<') {
      out += "&lt;";
    } else if (byte == '>') {
      out += "&gt;";
    } else if (byte == '"') {
      out += "&quot;";
    } else if (byte == '\'') {
      out += "&#39;";
    } else if ((byte >= 0x20 && byte != 0x7F) || byte == '\t' || byte == '\n') {
      out += text[at];
    }
    at += length;
  }
  return out;
}

Inline& Inline::text(std::string_view text) {
  html_ += escaped(text);
  return *this;
}

Inline& Inline::strong(std::string_view text) {
  html_ += "<strong>" + escaped(text) + "</strong>";
  return *this;
}

Inline& Inline::code(std::string_view text) {
  html_ += "<code>" + escaped(text) + "</code>";
  return *this;
}

Inline& Inline::line_break() {
  html_ += "<br>";
  return *this;
}

Inline& Inline::link(std::string_view text, std::string_view address) {
  if (!address.starts_with("https://") && !address.starts_with("http://") && !address.starts_with("#"))
    throw Error({.message = "is no address that a page links to",
                 .path = std::string(address),
                 .code = ErrorCode::kInvalidArgument});
  html_ += "<a href=\"" + escaped(address) + "\">" + escaped(text) + "</a>";
  return *this;
}

Inline& Inline::audio(const Media& sound, std::string_view label) {
  if (!sound.type.starts_with("audio/") || sound.type == "audio/midi")
    throw Error({.message = "is " + sound.type + ", no sound that a page can play",
                 .path = sound.name,
                 .code = ErrorCode::kUnsupported});
  html_ += "<audio controls preload=\"metadata\" aria-label=\"" + escaped(label) + "\" title=\"" + escaped(label) +
           "\" src=\"" + data_address(sound) + "\"></audio>";
  return *this;
}

Inline& Inline::download(const Media& file, std::string_view text) {
  html_ += "<a download=\"" + escaped(file.name) + "\" href=\"" + data_address(file) + "\">" + escaped(text) + "</a>";
  return *this;
}

}  // namespace continuo::page
