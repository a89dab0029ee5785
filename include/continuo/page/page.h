// Page: a report as one HTML file that holds its pictures, sounds and MIDI files and asks the network for nothing.
//
//   page::Page page("What the networks learned");
//   page.heading("Losses").paragraph("In nats per symbol.");
//   page.table({.header = {"network", "loss"}, .rows = {{"wavenet", "2.13"}}, .align = "lr"});
//   page.picture(page::load("curve.svg"), "Loss against epochs: it falls from 5.1 to 4.6.");
//   page.write("report.html");
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::page {

/// A file to be embedded: its bytes, what they are, and the name under which a reader would save it.
struct Media {
  std::string type;  ///< MIME type: "image/png", "image/svg+xml", "audio/mpeg", "audio/midi" ...
  std::vector<std::uint8_t> bytes;
  std::string name;
};

/// A file with its type by extension: .png, .svg, .jpg, .mp3, .ogg, .wav, .flac, .mid, .midi, .csv, .toml. Throws
/// Error, for other extensions too.
Media load(const std::filesystem::path& path);

/// Text for HTML, within elements and within quoted attributes. What is not UTF-8 is taken for Latin-1 (old MIDI files
/// have such titles); control characters other than tab and line feed are left out.
std::string escaped(std::string_view text);

/// A run of text with what may stand in it. Plain strings convert to it; everything given as text is escaped.
class Inline {
 public:
  Inline() = default;
  Inline(std::string_view text) { this->text(text); }    // NOLINT(google-explicit-constructor)
  Inline(const char* text) { this->text(text); }         // NOLINT(google-explicit-constructor)
  Inline(const std::string& text) { this->text(text); }  // NOLINT(google-explicit-constructor)

  Inline& text(std::string_view text);
  Inline& strong(std::string_view text);
  Inline& code(std::string_view text);
  Inline& line_break();
  /// A link that the reader may follow; the page itself never asks for it. Throws Error unless `address` begins with
  /// "https://", "http://" or "#".
  Inline& link(std::string_view text, std::string_view address);
  /// A player. `label` says what is heard, for those who do not see the page. Throws Error when it is no sound.
  Inline& audio(const Media& sound, std::string_view label);
  /// A link that saves the file under its name.
  Inline& download(const Media& file, std::string_view text);

  const std::string& html() const noexcept { return html_; }

 private:
  std::string html_;
};

struct Table {
  std::string caption;
  std::vector<Inline> header;
  std::vector<std::vector<Inline>> rows;  ///< short rows end in empty cells; the first cell is the row's heading
  std::string align;                      ///< per column 'l', 'r' (numbers) or 'c'; those not given are 'l'
  std::string folded;                     ///< if not empty, words that stand for the table until it is opened
};

/// A picture as Page::picture() takes it.
struct Figure {
  Media picture;
  std::string alt;
  Inline caption;
};

struct Card;

struct PageOptions {
  std::string subtitle;
  std::string id_prefix;  ///< of the ids within it, where it is to stand inside of another page; else empty
  bool contents = true;   ///< a list of the level-2 headings at the top, where there are three or more
};

/// Blocks in the order in which they are added. Each call returns the page.
class Page {
 public:
  explicit Page(std::string_view title, PageOptions options = {});

  Page& heading(const Inline& text, int level = 2);  ///< level 2 to 4; throws Error for others
  Page& paragraph(const Inline& text);
  Page& note(const Inline& text);  ///< an aside, set off from the text
  Page& list(const std::vector<Inline>& items, bool ordered = false);
  Page& code(std::string_view lines);  ///< as it stands, in one width
  /// Throws Error when a row is longer than the header.
  Page& table(const Table& table);
  /// A picture with what it shows in words (`alt`, for those who do not see it) and a caption. PNG and JPEG keep their
  /// size and shrink with the window. SVG becomes part of the page, its ids made unique; only drawings are taken: one
  /// with scripts, event handlers, foreign content or references beyond itself throws Error.
  Page& picture(const Media& picture, std::string_view alt, const Inline& caption = {});

  /// Small pictures side by side, as many as fit into the window; none is wider than it.
  Page& gallery(const std::vector<Figure>& figures);

  /// Pieces side by side, as many as fit into the window. The small picture of each opens what is inside of its card,
  /// over the whole width. Works by keyboard and without scripts.
  Page& cards(const std::vector<Card>& cards);

  /// The blocks of another page, without its title and contents. Its options must have an id_prefix of its own.
  Page& include(const Page& other);

  std::string html() const;
  /// Atomic. Throws Error.
  void write(const std::filesystem::path& path) const;

 private:
  struct Entry {
    std::string id, html;
  };

  std::string shown(const Media& picture, std::string_view alt);
  std::string figure_of(const Media& picture, std::string_view alt, const Inline& caption);

  std::string title_;
  PageOptions options_;
  std::string body_;
  std::vector<Entry> entries_;  ///< of the contents
  int pictures_ = 0;
  int cards_ = 0;
};

/// One of Page::cards().
struct Card {
  Inline title;
  Inline facts;       ///< a line under the title
  Inline player;      ///< sounds and files
  Media picture;      ///< small
  std::string alt;    ///< of the picture
  std::string opens;  ///< words beside the picture: what opening it shows
  Page inside{""};    ///< what is shown when it is open; its options have an id_prefix of its own
};

}  // namespace continuo::page
