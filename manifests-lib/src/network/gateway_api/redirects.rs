//! Redirects that lead to themselves.

use std::rc::Rc;

use super::options::RedirectTo;
use super::public_route::{PublicRoute, To};
use crate::model::error::BuildError;
use crate::model::rule::Rule;
use crate::values::{Host, UrlPath};

/// Redirects that take what they lead to: browsers give up after some rounds.
pub(super) fn in_circles(routes: &[Rc<PublicRoute>]) -> Vec<BuildError> {
    let redirects = routes.iter().filter_map(|route| match &route.to {
        To::Url { to, .. } => Some((route, to)),
        To::Services { .. } => None,
    });
    let mut errors = Vec::new();
    for (route, to) in redirects {
        for (host, path, ..) in route.matches() {
            let itself = match to {
                RedirectTo::Host(other) => *other == host,
                RedirectTo::Below(to) => {
                    is_below(to, &path)
                        && !routes.iter().any(|it| takes(it, &host, &path, to, true))
                }
                RedirectTo::Page(to) => {
                    is_below(to, &path)
                        && !routes.iter().any(|it| takes(it, &host, &path, to, false))
                }
            };
            if itself {
                let message = format!(
                    "the redirect {} takes https://{host}{path} and what is below, and sends clients to where it takes them again, \
                     until they give up: lead to another host, or to a path that a route of {host} takes",
                    route.name
                );
                errors.push(BuildError::new(Rule::UnsupportedRoute, route.origin, message));
            }
        }
    }
    errors
}

/// Whether a route takes the target from a redirect of `path`, and what is below it where clients come there: the longest path wins.
fn takes(route: &PublicRoute, host: &Host, path: &UrlPath, target: &UrlPath, below: bool) -> bool {
    route.matches().iter().any(|(other, own, exact, ..)| {
        other == host
            && if *exact {
                own == target && !below
            } else {
                own != path && is_below(own, path) && is_below(target, own)
            }
    })
}

/// Whether a path is another one or below it.
fn is_below(path: &UrlPath, other: &UrlPath) -> bool {
    let other = other.as_str().trim_end_matches('/');
    path.as_str().strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
