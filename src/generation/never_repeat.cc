// Keeps the note stream of what was written so far and refuses notes that would complete a known passage.
#include <algorithm>
#include <vector>

#include "continuo/generation/constraint.h"
#include "continuo/loaded/known_passages.h"

namespace continuo::generation {
namespace {

using representation::Preview;
using representation::Symbol;

/// The invariant: no passage of the stream that holds a composed note is in the set. Every note is tried in its place
/// of the sorted stream before it is allowed, and only the passages around it are new. A note that decoding leaves out
/// because its length is missing is always the latest, so that the stream without it was tried before.
class NeverRepeat final : public Constraint {
 public:
  explicit NeverRepeat(std::shared_ptr<const loaded::KnownPassages> passages) : passages_(std::move(passages)) {}

  std::unique_ptr<Constraint> clone() const override { return std::make_unique<NeverRepeat>(*this); }
  bool allows(const representation::Cursor& cursor, Symbol symbol) override {
    cursor.preview(symbol, preview_);
    return preview_.notes.empty() || !would_repeat();
  }

  void advance(const representation::Cursor& cursor, Symbol symbol, bool /*given*/) override {
    cursor.preview(symbol, preview_);
    insert_previewed();
    for (const StreamNote& note : inserted_) log_.push_back({symbols_, note});
    ++symbols_;
  }

  void retract(std::size_t symbols) override {
    for (; !log_.empty() && log_.back().symbol >= symbols; log_.pop_back()) erase(log_.back().note);
    symbols_ = symbols;
  }

  const char* reason() const override { return "would repeat a passage of the collection"; }

 private:
  struct Written {
    std::size_t symbol = 0;
    StreamNote note;
  };

  void erase(const StreamNote& note) { stream_.erase(std::lower_bound(stream_.begin(), stream_.end(), note)); }

  /// Leaves in inserted_ what was not there before.
  void insert_previewed() {
    inserted_.clear();
    for (const Preview::Begin& begin : preview_.notes) {
      if (begin.drums) continue;
      const StreamNote note{to_sixteenth(begin.tick, preview_.ppq), static_cast<std::uint8_t>(begin.pitch)};
      const auto place = std::lower_bound(stream_.begin(), stream_.end(), note);
      if (place != stream_.end() && *place == note) continue;
      stream_.insert(place, note);
      inserted_.push_back(note);
    }
  }

  bool would_repeat() {
    insert_previewed();
    const bool found = std::any_of(inserted_.begin(), inserted_.end(), [&](const StreamNote& note) {
      return in_known_passage(
          static_cast<std::size_t>(std::lower_bound(stream_.begin(), stream_.end(), note) - stream_.begin()));
    });
    for (const StreamNote& note : inserted_) erase(note);
    return found;
  }

  /// Whether one of the passages around a note is in the set.
  bool in_known_passage(std::size_t at) {
    const std::size_t length = passages_->notes();
    const std::size_t first = at + 1 >= length ? at + 1 - length : 0;
    const std::size_t end = std::min(stream_.size(), at + length);
    if (end - first < length) return false;
    steps_.clear();
    for (std::size_t i = first + 1; i < end; ++i) steps_.push_back(step_between(stream_[i - 1], stream_[i]));
    const std::span<const Step> steps(steps_);
    for (std::size_t i = 0; i + length - 1 <= steps.size(); ++i)
      if (passages_->contains(steps.subspan(i, length - 1))) return true;
    return false;
  }

  std::shared_ptr<const loaded::KnownPassages> passages_;
  std::vector<StreamNote> stream_;  ///< sorted
  std::vector<Written> log_;
  std::size_t symbols_ = 0;
  std::vector<StreamNote> inserted_;
  std::vector<Step> steps_;
  Preview preview_;
};

}  // namespace

ConstraintMaker never_repeat(std::shared_ptr<const loaded::KnownPassages> passages) {
  return [passages = std::move(passages)] { return std::make_unique<NeverRepeat>(passages); };
}

}  // namespace continuo::generation
