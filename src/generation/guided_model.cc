// A model that steps two streams for one.
#include "generation/guided_model.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace continuo::generation {
namespace {

class GuidedModel : public engine::Model {
 public:
  GuidedModel(std::shared_ptr<const engine::Model> inner, const GuidanceOptions& options)
      : Model(inner->spec(), {.precision = inner->precision(),
                              .instruction_set = inner->instruction_set(),
                              .threads = inner->threads()}),
        inner_(std::move(inner)),
        guidance_(options) {}

  std::size_t weight_bytes() const noexcept override { return inner_->weight_bytes(); }
  std::unique_ptr<engine::Stream> new_stream() const override { return std::make_unique<GuidedStream>(*this); }
  std::unique_ptr<engine::Batch> new_batch(int streams) const override {
    return std::make_unique<GuidedBatch>(*this, streams);
  }
  std::size_t snapshot_bytes() const noexcept override { return 2 * inner_->snapshot_bytes(); }
  std::size_t stream_bytes() const noexcept override {
    return 2 * inner_->stream_bytes() + 2 * inner_->snapshot_bytes() + width() * sizeof(float);
  }
  std::vector<float> recompute(std::span<const std::uint16_t> symbols, int label) const override {
    const std::vector<std::uint16_t> neutral = neutral_symbols(symbols);
    return together(inner_->recompute(symbols, label), inner_->recompute(neutral, 0));
  }
  std::vector<float> recompute(std::span<const float> frames, int label) const override {
    return together(inner_->recompute(frames, label), inner_->recompute(frames, 0));
  }

 private:
  std::size_t width() const noexcept { return static_cast<std::size_t>(inner_->vocabulary_size()); }
  float strength() const noexcept { return static_cast<float>(guidance_.strength); }

  /// What the second network hears in place of `symbol`.
  std::uint16_t neutral(std::uint16_t symbol) const noexcept {
    const std::size_t first = guidance_.first_label_symbol;
    return symbol >= first && symbol < first + guidance_.label_symbols ? guidance_.first_label_symbol : symbol;
  }
  std::vector<std::uint16_t> neutral_symbols(std::span<const std::uint16_t> symbols) const {
    std::vector<std::uint16_t> result(symbols.begin(), symbols.end());
    for (std::uint16_t& symbol : result) symbol = neutral(symbol);
    return result;
  }
  std::vector<float> together(std::vector<float> label, const std::vector<float>& unknown) const {
    guide(label, unknown, strength(), label);
    return label;
  }

  /// Snapshots of the two networks, through which a snapshot of both is written and read.
  class Halves {
   public:
    explicit Halves(const GuidedModel& model)
        : model_(model), label_(model.inner_->new_snapshot()), unknown_(model.inner_->new_snapshot()) {}
    engine::Snapshot& label() const noexcept { return *label_; }
    engine::Snapshot& unknown() const noexcept { return *unknown_; }
    bool write(engine::Snapshot& to) const noexcept {
      if (!model_.made(to)) return false;
      const std::size_t bytes = model_.inner_->snapshot_bytes();
      std::memcpy(state_of(to), state_of(*label_), bytes);
      std::memcpy(state_of(to) + bytes, state_of(*unknown_), bytes);
      label_of(to) = label_of(*label_);
      return true;
    }
    bool read(const engine::Snapshot& from) const noexcept {
      if (!model_.made(from)) return false;
      const std::size_t bytes = model_.inner_->snapshot_bytes();
      std::memcpy(state_of(*label_), state_of(from), bytes);
      std::memcpy(state_of(*unknown_), state_of(from) + bytes, bytes);
      label_of(*label_) = label_of(from);
      label_of(*unknown_) = 0;
      return true;
    }

   private:
    const GuidedModel& model_;
    std::unique_ptr<engine::Snapshot> label_, unknown_;
  };

  class GuidedStream : public engine::Stream {
   public:
    explicit GuidedStream(const GuidedModel& model)
        : keep_(model.shared_from_this()),
          model_(model),
          label_(model.inner_->new_stream()),
          unknown_(model.inner_->new_stream()),
          halves_(model),
          output_(model.width()) {}
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      return both(label_->step(symbol), unknown_->step(model_.neutral(symbol)));
    }
    std::span<const float> step(std::span<const float> frame) noexcept override {
      return both(label_->step(frame), unknown_->step(frame));
    }
    void reset() noexcept override {
      label_->reset();
      unknown_->reset();
    }
    void set_label(int label) noexcept override { label_->set_label(label); }
    bool save(engine::Snapshot& to) const noexcept override {
      return label_->save(halves_.label()) && unknown_->save(halves_.unknown()) && halves_.write(to);
    }
    bool restore(const engine::Snapshot& from) noexcept override {
      return halves_.read(from) && label_->restore(halves_.label()) && unknown_->restore(halves_.unknown());
    }

   private:
    std::span<const float> both(std::span<const float> label, std::span<const float> unknown) noexcept {
      guide(label, unknown, model_.strength(), output_);
      return output_;
    }
    std::shared_ptr<const engine::Model> keep_;
    const GuidedModel& model_;
    std::unique_ptr<engine::Stream> label_, unknown_;
    Halves halves_;
    std::vector<float> output_;
  };

  /// Stream i is the inner streams 2 i, with its label, and 2 i + 1.
  class GuidedBatch : public engine::Batch {
   public:
    GuidedBatch(const GuidedModel& model, int streams)
        : keep_(model.shared_from_this()),
          model_(model),
          inner_(model.inner_->new_batch(2 * streams)),
          halves_(model),
          symbols_(2 * static_cast<std::size_t>(streams)),
          frames_(symbols_.size() * input_width()),
          output_(static_cast<std::size_t>(streams) * model.width()) {}
    int streams() const noexcept override { return inner_->streams() / 2; }
    std::span<const float> step(std::span<const std::uint16_t> symbols) noexcept override {
      const auto count = static_cast<std::size_t>(streams());
      for (std::size_t i = 0; i < count; ++i) {
        symbols_[2 * i] = i < symbols.size() ? symbols[i] : std::uint16_t{0};
        symbols_[2 * i + 1] = model_.neutral(symbols_[2 * i]);
      }
      return both(inner_->step(std::span<const std::uint16_t>(symbols_).first(2 * count)));
    }
    std::span<const float> step(std::span<const float> frames) noexcept override {
      const auto count = static_cast<std::size_t>(streams());
      const std::size_t width = input_width();
      std::fill(frames_.begin(), frames_.end(), 0.0F);
      for (std::size_t i = 0; i < count; ++i) {
        const auto frame = frames.subspan(std::min(i * width, frames.size()));
        const auto given = frame.first(std::min(width, frame.size()));
        for (const std::size_t stream : {2 * i, 2 * i + 1})
          std::copy(given.begin(), given.end(), frames_.begin() + static_cast<std::ptrdiff_t>(stream * width));
      }
      return both(inner_->step(std::span<const float>(frames_).first(2 * count * width)));
    }
    void reset() noexcept override { inner_->reset(); }
    void reset(int stream) noexcept override {
      inner_->reset(2 * stream);
      inner_->reset(2 * stream + 1);
    }
    void set_label(int stream, int label) noexcept override { inner_->set_label(2 * stream, label); }
    bool save(int stream, engine::Snapshot& to) const noexcept override {
      return inner_->save(2 * stream, halves_.label()) && inner_->save(2 * stream + 1, halves_.unknown()) &&
             halves_.write(to);
    }
    bool restore(int stream, const engine::Snapshot& from) noexcept override {
      return stream >= 0 && stream < streams() && halves_.read(from) && inner_->restore(2 * stream, halves_.label()) &&
             inner_->restore(2 * stream + 1, halves_.unknown());
    }
    void fork(int from, int to) noexcept override {
      inner_->fork(2 * from, 2 * to);
      inner_->fork(2 * from + 1, 2 * to + 1);
    }
    void remove(int stream) noexcept override {
      inner_->remove(2 * stream + 1);
      inner_->remove(2 * stream);
    }

   private:
    std::size_t input_width() const noexcept { return static_cast<std::size_t>(model_.spec().input_size()); }
    std::span<const float> both(std::span<const float> outputs) noexcept {
      const std::size_t width = model_.width();
      const auto count = static_cast<std::size_t>(streams());
      for (std::size_t i = 0; i < count; ++i)
        guide(outputs.subspan(2 * i * width, width), outputs.subspan((2 * i + 1) * width, width), model_.strength(),
              std::span(output_).subspan(i * width, width));
      return std::span<const float>(output_).first(count * width);
    }
    std::shared_ptr<const engine::Model> keep_;
    const GuidedModel& model_;
    std::unique_ptr<engine::Batch> inner_;
    Halves halves_;
    std::vector<std::uint16_t> symbols_;
    std::vector<float> frames_;
    std::vector<float> output_;
  };

  std::shared_ptr<const engine::Model> inner_;
  GuidanceOptions guidance_;
};

}  // namespace

void guide(std::span<const float> label, std::span<const float> unknown, float strength,
           std::span<float> out) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = unknown[i] + strength * (label[i] - unknown[i]);
}

std::shared_ptr<const engine::Model> guided(std::shared_ptr<const engine::Model> model,
                                            const GuidanceOptions& options) {
  return std::make_shared<GuidedModel>(std::move(model), options);
}

}  // namespace continuo::generation
