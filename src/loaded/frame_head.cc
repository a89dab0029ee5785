// Whether a network fits a representation of frames.
#include "continuo/loaded/frame_head.h"

#include <string>

#include "continuo/base/error.h"

namespace continuo::loaded {

using representation::FrameCode;
using representation::FrameHead;

FrameHead frame_head(const weights::NetworkSpec& network, const FrameCode& code) {
  const FrameHead head = network.output == weights::kBinary ? FrameHead::kKeys : FrameHead::kChain;
  const bool fits = network.output != weights::kReal && network.inputs == code.inputs(head) &&
                    static_cast<std::size_t>(network.vocabulary_size) ==
                        (head == FrameHead::kKeys ? static_cast<std::size_t>(code.keys()) : code.vocabulary_size());
  if (!fits)
    throw Error({.message = "the network reads or predicts something else than frames of " +
                            std::to_string(code.keys()) + " keys",
                 .hint = "Give a model that was trained on the representation frames with these settings.",
                 .code = ErrorCode::kMismatch});
  return head;
}

}  // namespace continuo::loaded
