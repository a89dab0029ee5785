// The SVG canvas (SVG 1.1). Cairo's own SVG surface turns text into outlines; here labels can be read and searched.
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "canvas_backends.h"
#include "continuo/base/base64.h"

namespace continuo::plot {
namespace {

/// Two decimals at most, without trailing zeros.
std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string hex(const Colour& colour) {
  const auto channel = [](double value) { return static_cast<int>(std::lround(value * 255)) & 0xFF; };
  return fmt::format("#{:02x}{:02x}{:02x}", channel(colour.red), channel(colour.green), channel(colour.blue));
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class SvgCanvas : public Canvas {
 public:
  SvgCanvas(int width, int height) {
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"'DejaVu Sans', Verdana, sans-serif\">\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        width, height);
  }

  void rectangle(double x, double y, double width, double height, const Colour& fill) override {
    add("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", number(x), number(y), number(width),
        number(height), hex(fill));
  }

  void polyline(std::span<const Point> points, const Colour& colour, double width) override {
    if (points.empty()) return;
    out_ += "<polyline points=\"";
    for (const Point& point : points) add("{},{} ", number(point.x), number(point.y));
    if (points.size() == 1) add("{},{} ", number(points[0].x), number(points[0].y));
    out_.back() = '"';
    add(" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n",
        hex(colour), number(width));
  }

  void image(double x, double y, double width, double height, const Image& image) override {
    add("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
        "href=\"data:image/png;base64,{}\"/>\n",
        number(x), number(y), number(width), number(height), base64(encode_png(image)));
  }

  void circle(double x, double y, double radius, const Colour& fill) override {
    add("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n", number(x), number(y), number(radius), hex(fill));
  }

  void text(double x, double y, std::string_view text, const TextStyle& style) override {
    add("<text x=\"{0}\" y=\"{1}\" font-size=\"{2}\" fill=\"{3}\"", number(x), number(y), number(style.size),
        hex(style.colour));
    if (style.anchor != Anchor::kStart) add(" text-anchor=\"{}\"", style.anchor == Anchor::kMiddle ? "middle" : "end");
    if (style.bold) out_ += " font-weight=\"bold\"";
    if (style.upwards) add(" transform=\"rotate(-90 {} {})\"", number(x), number(y));
    add(">{}</text>\n", escaped(text));
  }

  void clip(double x, double y, double width, double height) override {
    ++clips_;
    add("<clipPath id=\"clip{0}\"><rect x=\"{1}\" y=\"{2}\" width=\"{3}\" height=\"{4}\"/></clipPath>\n"
        "<g clip-path=\"url(#clip{0})\">\n",
        clips_, number(x), number(y), number(width), number(height));
  }
  void unclip() override { out_ += "</g>\n"; }
  void begin_group(std::string_view id) override { add("<g id=\"{}\">\n", escaped(id)); }
  void end_group() override { out_ += "</g>\n"; }

  std::vector<std::uint8_t> finish() override {
    out_ += "</svg>\n";
    return {out_.begin(), out_.end()};
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> pattern, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), pattern, std::forward<Args>(args)...);
  }

  std::string out_;
  int clips_ = 0;
};

}  // namespace

std::unique_ptr<Canvas> make_svg_canvas(int width, int height) { return std::make_unique<SvgCanvas>(width, height); }

}  // namespace continuo::plot
