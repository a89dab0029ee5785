// The PNG canvas, on a Cairo image surface, and text measuring.
#include <cairo.h>

#include <cmath>
#include <cstring>
#include <string>

#include "canvas_backends.h"
#include "continuo/base/error.h"

namespace continuo::plot {
namespace {

void check(cairo_status_t status, const char* doing) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  throw Error({.message = std::string(doing) + ": " + cairo_status_to_string(status),
               .hint = status == CAIRO_STATUS_NO_MEMORY ? "Ask for a smaller picture." : "",
               .code = ErrorCode::kSystem});
}

void select_font(cairo_t* context, double size, bool bold) {
  cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                         bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context, size);
}

std::vector<std::uint8_t> encode(cairo_surface_t* surface) {
  std::vector<std::uint8_t> bytes;
  const auto append = [](void* closure, const unsigned char* data, unsigned int length) noexcept {
    try {
      auto& out = *static_cast<std::vector<std::uint8_t>*>(closure);
      out.insert(out.end(), data, data + length);
      return CAIRO_STATUS_SUCCESS;
    } catch (...) {  // no memory: an exception may not pass through Cairo
      return CAIRO_STATUS_NO_MEMORY;
    }
  };
  check(cairo_surface_write_to_png_stream(surface, append, &bytes), "cannot encode the picture");
  return bytes;
}

/// An image surface with its context.
class Surface {
 public:
  Surface(int width, int height) : surface_(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)) {
    context_ = cairo_create(surface_);
  }
  explicit Surface(const Image& image) : Surface(image.width, image.height) {
    check(cairo_status(context_), "cannot make a picture of this size");
    cairo_surface_flush(surface_);
    unsigned char* const data = cairo_image_surface_get_data(surface_);
    const auto columns = static_cast<std::size_t>(image.width);
    for (std::size_t row = 0; row < static_cast<std::size_t>(image.height); ++row)
      std::memcpy(data + row * static_cast<std::size_t>(cairo_image_surface_get_stride(surface_)),
                  image.pixels.data() + row * columns, columns * sizeof(std::uint32_t));
    cairo_surface_mark_dirty(surface_);
  }
  ~Surface() {
    cairo_destroy(context_);
    cairo_surface_destroy(surface_);
  }
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;
  cairo_surface_t* surface() const { return surface_; }
  cairo_t* context() const { return context_; }

 private:
  cairo_surface_t* surface_;
  cairo_t* context_;
};

class PngCanvas : public Canvas {
 public:
  PngCanvas(int width, int height) : image_(width, height), context_(image_.context()) {
    check(cairo_status(context_), "cannot make a picture of this size");
    set(kWhite);
    cairo_paint(context_);
    cairo_set_line_join(context_, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(context_, CAIRO_LINE_CAP_ROUND);
  }

  void rectangle(double x, double y, double width, double height, const Colour& fill) override {
    set(fill);
    cairo_rectangle(context_, x, y, width, height);
    cairo_fill(context_);
  }

  void polyline(std::span<const Point> points, const Colour& colour, double width) override {
    if (points.empty()) return;
    set(colour);
    cairo_set_line_width(context_, width);
    cairo_move_to(context_, points[0].x, points[0].y);
    for (const Point& point : points.subspan(1)) cairo_line_to(context_, point.x, point.y);
    if (points.size() == 1) cairo_line_to(context_, points[0].x, points[0].y);
    cairo_stroke(context_);
  }

  void image(double x, double y, double width, double height, const Image& image) override {
    const Surface pixels(image);
    cairo_save(context_);
    cairo_translate(context_, x, y);
    cairo_scale(context_, width / image.width, height / image.height);
    cairo_set_source_surface(context_, pixels.surface(), 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context_), CAIRO_FILTER_NEAREST);
    cairo_rectangle(context_, 0, 0, image.width, image.height);
    cairo_fill(context_);
    cairo_restore(context_);
  }

  void circle(double x, double y, double radius, const Colour& fill) override {
    set(fill);
    cairo_new_sub_path(context_);
    cairo_arc(context_, x, y, radius, 0, 2 * 3.14159265358979323846);
    cairo_fill(context_);
  }

  void text(double x, double y, std::string_view text, const TextStyle& style) override {
    set(style.colour);
    select_font(context_, style.size, style.bold);
    const std::string terminated(text);
    double shift = 0;
    if (style.anchor != Anchor::kStart) {
      cairo_text_extents_t extents;
      cairo_text_extents(context_, terminated.c_str(), &extents);
      shift = -extents.x_advance * (style.anchor == Anchor::kMiddle ? 0.5 : 1);
    }
    cairo_save(context_);
    cairo_translate(context_, x, y);
    if (style.upwards) cairo_rotate(context_, -3.14159265358979323846 / 2);
    cairo_move_to(context_, shift, 0);
    cairo_show_text(context_, terminated.c_str());
    cairo_restore(context_);
    cairo_new_path(context_);
  }

  void clip(double x, double y, double width, double height) override {
    cairo_save(context_);
    cairo_rectangle(context_, x, y, width, height);
    cairo_clip(context_);
  }
  void unclip() override { cairo_restore(context_); }
  void begin_group(std::string_view) override {}
  void end_group() override {}

  std::vector<std::uint8_t> finish() override {
    check(cairo_status(context_), "cannot draw the picture");
    return encode(image_.surface());
  }

 private:
  void set(const Colour& colour) { cairo_set_source_rgb(context_, colour.red, colour.green, colour.blue); }

  Surface image_;
  cairo_t* context_;
};

}  // namespace

double Canvas::text_width(std::string_view text, double size, bool bold) {
  const Surface scratch(1, 1);
  select_font(scratch.context(), size, bold);
  cairo_text_extents_t extents;
  cairo_text_extents(scratch.context(), std::string(text).c_str(), &extents);
  return extents.x_advance;
}

std::vector<std::uint8_t> encode_png(const Image& image) { return encode(Surface(image).surface()); }

std::unique_ptr<Canvas> make_png_canvas(int width, int height) { return std::make_unique<PngCanvas>(width, height); }

}  // namespace continuo::plot
