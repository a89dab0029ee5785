// How a network predicts the frames of a representation.
#pragma once

#include "continuo/representation/frames.h"
#include "continuo/weights/network_spec.h"

namespace continuo::loaded {

/// By NetworkSpec::output. Throws Error when the network reads or gives something else than the frames of `code`.
representation::FrameHead frame_head(const weights::NetworkSpec& network, const representation::FrameCode& code);

}  // namespace continuo::loaded
