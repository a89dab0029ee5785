// What both canvases share: colours, text clean-up, legends, and the choice by extension.
#include "canvas.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "canvas_backends.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/text.h"
#include "continuo/plot/plot.h"

namespace continuo::plot {
namespace {

constexpr int kMinSide = 64;
constexpr int kMaxSide = 20'000;
constexpr std::string_view kEllipsis = "\u2026";

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

}  // namespace

Colour mix(const Colour& from, const Colour& to, double share) noexcept {
  return {from.red + (to.red - from.red) * share, from.green + (to.green - from.green) * share,
          from.blue + (to.blue - from.blue) * share};
}

Colour series_colour(std::size_t index) noexcept {
  static constexpr std::array<std::uint32_t, 10> kPalette = {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00,
                                                             0x56B4E9, 0x332288, 0x999933, 0x882255, 0x44AA99};
  const std::uint32_t rgb = kPalette[index % kPalette.size()];
  const Colour colour{((rgb >> 16) & 0xFF) / 255.0, ((rgb >> 8) & 0xFF) / 255.0, (rgb & 0xFF) / 255.0};
  switch ((index / kPalette.size()) % 3) {
    case 1:
      return mix(colour, {0, 0, 0}, 0.4);
    case 2:
      return mix(colour, kWhite, 0.4);
    default:
      return colour;
  }
}

std::string displayable(std::string_view bytes, std::size_t max_characters) {
  // A multiple of what can be shown is enough to look at, however long a hostile text is.
  const std::string_view head = bytes.substr(0, max_characters * 4 + 4);
  const bool whole = head.size() == bytes.size();
  std::string text{head};
  if (!is_utf8(whole ? bytes : bytes.substr(0, 1 << 16))) text = from_latin1(head);
  std::string out;
  std::size_t characters = 0;
  bool space = true;  // drops leading spaces
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text, at));
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
    // U+FFFE and U+FFFF are not characters of XML 1.0.
    const bool not_xml =
        length == 3 && text.compare(at, 2, "\xEF\xBF") == 0 && static_cast<unsigned char>(text[at + 2]) >= 0xBE;
    if (byte <= 0x20 || byte == 0x7F || c1 || not_xml) {
      if (!space) out += ' ', ++characters;
      space = true;
    } else {
      if (characters >= max_characters) return out + std::string(kEllipsis);
      out.append(text, at, length);
      ++characters;
      space = false;
    }
    at += length;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void Canvas::vertical_line(double x, double y0, double y1, const Colour& colour, double width) {
  rectangle(std::round(x - width / 2), std::min(y0, y1), width, std::abs(y1 - y0), colour);
}

void Canvas::horizontal_line(double x0, double x1, double y, const Colour& colour, double width) {
  rectangle(std::min(x0, x1), std::round(y - width / 2), std::abs(x1 - x0), width, colour);
}

std::string Canvas::fitted(std::string_view text, double width, double size, bool bold) {
  if (text_width(text, size, bold) <= width) return std::string(text);
  std::string cut(text);
  while (!cut.empty()) {
    while (cut.size() > 1 && (static_cast<unsigned char>(cut.back()) & 0xC0) == 0x80) cut.pop_back();
    cut.pop_back();
    if (text_width(cut + std::string(kEllipsis), size, bold) <= width) return cut + std::string(kEllipsis);
  }
  return cut;
}

bool is_picture_path(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  return extension == ".png" || extension == ".svg";
}

std::unique_ptr<Canvas> make_canvas(const std::filesystem::path& path, int width, int height) {
  if (!is_picture_path(path)) {
    throw Error({.message = "is not the name of a picture that can be drawn",
                 .path = path.string(),
                 .hint = "Let the name end in .png or .svg.",
                 .code = ErrorCode::kUnsupported});
  }
  if (width < kMinSide || height < kMinSide || width > kMaxSide || height > kMaxSide) {
    throw Error({.message = "a picture of " + std::to_string(width) + " x " + std::to_string(height) + " pixels",
                 .path = path.string(),
                 .hint = "Choose a width and a height of " + std::to_string(kMinSide) + " to " +
                         std::to_string(kMaxSide) + " pixels.",
                 .code = ErrorCode::kInvalidArgument});
  }
  return lower_extension(path) == ".png" ? make_png_canvas(width, height) : make_svg_canvas(width, height);
}

void Target::write(std::vector<std::uint8_t> picture) const {
  if (bytes_ != nullptr) {
    *bytes_ = std::move(picture);
  } else {
    write_file_atomically(path_, picture);
  }
}

void save(Canvas& canvas, const Target& target) {
  try {
    target.write(canvas.finish());
  } catch (const Error& error) {
    if (!error.info().path.empty()) throw;
    ErrorInfo info = error.info();
    info.path = target.path().string();
    throw Error(std::move(info));
  }
}

double legend(Canvas* canvas, double x, double y, double width, std::span<const LegendEntry> entries) {
  constexpr double kSwatch = 11, kGap = 6, kBetween = 20, kRow = 18, kSize = 12;
  if (entries.empty()) return 0;
  double left = x, top = y;
  for (const LegendEntry& entry : entries) {
    const std::string label = Canvas::fitted(entry.label, std::max(20.0, width - kSwatch - kGap), kSize);
    const double needed = kSwatch + kGap + Canvas::text_width(label, kSize);
    if (left > x && left + needed > x + width) {
      left = x;
      top += kRow;
    }
    if (canvas != nullptr) {
      canvas->rectangle(left, top + 2, kSwatch, kSwatch, entry.colour);
      canvas->text(left + kSwatch + kGap, top + 12, label, {.size = kSize});
    }
    left += needed + kBetween;
  }
  return top + kRow - y;
}

}  // namespace continuo::plot
