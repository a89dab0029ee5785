// Reads pictures back: the elements of an SVG file and the pixels of a PNG file.
#pragma once

#include <cairo.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "continuo/base/file.h"

namespace continuo::plot {

struct Element {
  std::string name;        ///< "rect", "text", "polyline", "circle"
  std::string attributes;  ///< as they stand
  std::string text;
  std::string group;  ///< id of the innermost named group

  std::string string(const std::string& key) const {
    const auto at = (" " + attributes).find(" " + key + "=\"");
    if (at == std::string::npos) return "";
    const auto begin = at + key.size() + 2;
    return attributes.substr(begin, attributes.find('"', begin) - begin);
  }
  double number(const std::string& key) const { return std::strtod(string(key).c_str(), nullptr); }
};

/// A small reader for the SVG that plot writes: one element a line, groups nested.
class SvgFile {
 public:
  explicit SvgFile(const std::filesystem::path& path) : text_(read_text_file(path)) {
    std::vector<std::string> groups{""};
    for (std::size_t at = text_.find('<'); at != std::string::npos; at = text_.find('<', at + 1)) {
      const auto end = text_.find('>', at);
      std::string tag = text_.substr(at + 1, end - at - 1);
      if (tag == "/g") groups.pop_back();
      if (tag.empty() || tag[0] == '/') continue;
      if (tag.back() == '/') tag.pop_back();
      const auto space = tag.find(' ');
      Element element{.name = tag.substr(0, space),
                      .attributes = space == std::string::npos ? "" : tag.substr(space + 1)};
      element.group = groups.back();
      if (element.name == "g") groups.push_back(element.string("id").empty() ? groups.back() : element.string("id"));
      if (element.name == "text") element.text = text_.substr(end + 1, text_.find('<', end) - end - 1);
      elements_.push_back(std::move(element));
    }
    EXPECT_EQ(groups.size(), 1U) << "groups that are not closed";
  }

  const std::string& source() const { return text_; }
  std::vector<Element> all(const std::string& name, const std::string& group = "*") const {
    std::vector<Element> found;
    for (const Element& element : elements_)
      if (element.name == name && (group == "*" || element.group == group)) found.push_back(element);
    return found;
  }
  /// The first text element that reads `text`.
  Element label(const std::string& text) const {
    for (const Element& element : elements_)
      if (element.name == "text" && element.text == text) return element;
    ADD_FAILURE() << "no label \"" << text << "\"";
    return {};
  }
  bool has_label(const std::string& text) const {
    for (const Element& element : elements_)
      if (element.name == "text" && element.text == text) return true;
    return false;
  }
  double width() const { return elements_.front().number("width"); }
  double height() const { return elements_.front().number("height"); }

 private:
  std::string text_;
  std::vector<Element> elements_;
};

class PngFile {
 public:
  explicit PngFile(const std::filesystem::path& path)
      : surface_(cairo_image_surface_create_from_png(path.c_str()), cairo_surface_destroy) {
    EXPECT_EQ(cairo_surface_status(surface_.get()), CAIRO_STATUS_SUCCESS) << path;
  }
  int width() const { return cairo_image_surface_get_width(surface_.get()); }
  int height() const { return cairo_image_surface_get_height(surface_.get()); }
  /// 0xRRGGBB.
  std::uint32_t pixel(double x, double y) const {
    if (x < 0 || y < 0 || x >= width() || y >= height()) return 0xFFFFFFFF;
    const unsigned char* row = cairo_image_surface_get_data(surface_.get()) +
                               static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface_.get());
    return reinterpret_cast<const std::uint32_t*>(row)[static_cast<std::size_t>(x)] & 0xFFFFFF;
  }
  std::size_t count(std::uint32_t colour) const {
    std::size_t found = 0;
    for (int y = 0; y < height(); ++y)
      for (int x = 0; x < width(); ++x) found += pixel(x, y) == colour ? 1 : 0;
    return found;
  }

 private:
  std::unique_ptr<cairo_surface_t, void (*)(cairo_surface_t*)> surface_;
};

/// A folder of its own for each test, removed afterwards.
class PictureTest : public ::testing::Test {
 protected:
  PictureTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / ("continuo-plot-" + std::to_string(::getpid()) + "-" + info->name());
    std::filesystem::create_directories(folder_);
  }
  ~PictureTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  std::filesystem::path folder_;
};

}  // namespace continuo::plot
