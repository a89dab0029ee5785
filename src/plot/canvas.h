// What pictures are drawn on: a PNG through Cairo, or an SVG that is written here so that its labels stay text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/plot/target.h"

namespace continuo::plot {

/// sRGB, each 0 to 1.
struct Colour {
  double red = 0, green = 0, blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};
inline constexpr Colour kWhite{1, 1, 1};
inline constexpr Colour kInk{0.16, 0.17, 0.20};       ///< text and axes
inline constexpr Colour kFaintInk{0.44, 0.46, 0.50};  ///< secondary text
inline constexpr double kSide = 16;                   ///< beside charts and pictures of sound, in pixels
Colour mix(const Colour& from, const Colour& to, double share) noexcept;

/// Colour number `index` of a palette that stays distinct under the common colour vision deficiencies (hues of Okabe
/// and Ito 2008 and of Tol's "muted" scheme). Past its end it repeats, darker, then lighter.
Colour series_colour(std::size_t index) noexcept;

struct Point {
  double x = 0, y = 0;
};

/// Pixels by rows from the top.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint32_t> pixels;  ///< 0xRRGGBB, width * height of them
};

enum class Anchor { kStart, kMiddle, kEnd };

struct TextStyle {
  double size = 11;  ///< pixels
  Colour colour = kInk;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
  bool upwards = false;  ///< turned by 90 degrees, to be read from the right
};

/// Bytes as valid UTF-8 without control characters: text that is not UTF-8 is taken for Latin-1, as old MIDI files
/// have it. Cut to `max_characters` with an ellipsis.
std::string displayable(std::string_view bytes, std::size_t max_characters = 80);

/// Coordinates are pixels from the top left corner. One thread.
class Canvas {
 public:
  virtual ~Canvas() = default;
  virtual void rectangle(double x, double y, double width, double height, const Colour& fill) = 0;
  virtual void polyline(std::span<const Point> points, const Colour& colour, double width) = 0;
  /// Stretched over the rectangle. A PNG shows it pixel for pixel where the sizes agree; an SVG holds it as a PNG.
  virtual void image(double x, double y, double width, double height, const Image& image) = 0;
  virtual void circle(double x, double y, double radius, const Colour& fill) = 0;
  /// `y` is the baseline; `text` is valid UTF-8.
  virtual void text(double x, double y, std::string_view text, const TextStyle& style) = 0;
  /// Until unclip() nothing is drawn outside of this rectangle. Not nested.
  virtual void clip(double x, double y, double width, double height) = 0;
  virtual void unclip() = 0;
  /// Names what is drawn until end_group(): an id in SVG files. Nothing in PNG.
  virtual void begin_group(std::string_view id) = 0;
  virtual void end_group() = 0;
  /// The file's bytes. Nothing may be drawn afterwards. Throws Error.
  virtual std::vector<std::uint8_t> finish() = 0;

  void vertical_line(double x, double y0, double y1, const Colour& colour, double width = 1);
  void horizontal_line(double x0, double x1, double y, const Colour& colour, double width = 1);
  /// Advance width of a text in pixels.
  static double text_width(std::string_view text, double size, bool bold = false);
  /// The text cut with an ellipsis to at most `width` pixels.
  static std::string fitted(std::string_view text, double width, double size, bool bold = false);
};

/// A white canvas for the extension of `path`. Throws Error for an unknown extension and for sizes outside of 64 to
/// 20,000 pixels a side.
std::unique_ptr<Canvas> make_canvas(const std::filesystem::path& path, int width, int height);

/// Writes the finished picture. Throws Error.
void save(Canvas& canvas, const Target& target);

/// A swatch and its label, for legends.
struct LegendEntry {
  std::string label;
  Colour colour;
};
/// Draws entries in rows from (x, y) to the right and returns the height used; with a null canvas only measures.
double legend(Canvas* canvas, double x, double y, double width, std::span<const LegendEntry> entries);

}  // namespace continuo::plot
