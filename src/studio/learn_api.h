// The routes below /api/v1/learnings, and /api/v1/model.
#pragma once

#include "continuo/studio/studio.h"
#include "studio/learnings.h"
#include "studio/works.h"

namespace continuo::studio {

/// `parts`: of the path. Throws Error.
Reply learning_reply(const Desk& desk, Learnings& learnings, Models& models, const Request& request,
                     const std::vector<std::string>& parts);

/// {"learning": ID} makes what was learned the studio's model, {"learning": ""} the base. Throws Error.
Reply choose_model(Learnings& learnings, Models& models, const Json& body);

}  // namespace continuo::studio
