//! From request to actor: who asks, by cookie or by bearer token.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    response::{IntoResponse, Redirect, Response},
};
use http::{
    HeaderMap,
    header::{AUTHORIZATION, COOKIE},
    request::Parts,
};

use app::protocol::Rejection;

use crate::{
    command::{self, Actor, Token, not_signed_in},
    context::Context,
};

use super::{api::Refused, headers::in_query};

/// What a request shows to say who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// `Authorization: Bearer …`. A page of another site cannot make a browser send it.
    Bearer(Option<Token>),
    /// The session cookie. A browser sends it by itself, whoever asks it to: so `origin` looks who that is.
    Cookie(Option<Token>),
}

impl Credential {
    /// Reads it. Bearer goes before cookie, and a bad bearer is not made good by a cookie.
    /// The token is `None` where the text cannot be one.
    pub fn of(headers: &HeaderMap, secure_cookies: bool) -> Self {
        if let Some(text) = headers
            .get(AUTHORIZATION)
            .and_then(|value| bearer(value.to_str().ok()?))
        {
            return Self::Bearer(Token::parse(text));
        }
        let wanted = cookie_name(secure_cookies);
        let pairs = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|it| it.split(';'));
        let mut values = pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(name, _)| *name == wanted);
        match values.next() {
            Some((_, text)) => Self::Cookie(Token::parse(text)),
            None => Self::None,
        }
    }
}

/// The session cookie's name. `__Host-` makes browsers refuse it from a neighbouring subdomain, and needs `Secure`.
pub fn cookie_name(secure_cookies: bool) -> &'static str {
    if secure_cookies {
        "__Host-magpie_session"
    } else {
        "magpie_session"
    }
}

/// Who asks; `None` when the request shows nothing, or nothing that is worth anything (any more).
pub async fn actor(context: &Context, headers: &HeaderMap) -> Result<Option<Actor>, Rejection> {
    match Credential::of(headers, context.secure_cookies) {
        Credential::Bearer(Some(token)) | Credential::Cookie(Some(token)) => {
            command::actor(&context.service, &token).await
        }
        _ => Ok(None),
    }
}

/// Who asks, for the API and the socket; others are told `not_signed_in` with status 401.
#[derive(Clone, Debug)]
pub struct ApiActor(pub Actor);

impl FromRequestParts<Context> for ApiActor {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Refused> {
        actor(context, &parts.headers)
            .await?
            .map(Self)
            .ok_or_else(|| Refused(not_signed_in()))
    }
}

/// Who asks, for pages and forms; others are sent to the sign-in page, and back afterwards.
#[derive(Clone, Debug)]
pub struct PageActor(pub Actor);

impl FromRequestParts<Context> for PageActor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Response> {
        match actor(context, &parts.headers).await {
            Ok(Some(actor)) => Ok(Self(actor)),
            Ok(None) => Err(to_sign_in(parts).into_response()),
            Err(rejection) => Err(Refused(rejection).into_response()),
        }
    }
}

/// Where somebody comes from: the address at the other end of the connection, or the one that a trusted proxy names.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl FromRequestParts<Context> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Self::Rejection> {
        let address = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip());
        // Whatever has no address (a test, a pipe) shares one limit.
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let named = context
            .trusted_proxies
            .contains(&address)
            .then(|| forwarded_for(&parts.headers))
            .flatten();
        Ok(Self(named.unwrap_or(address)))
    }
}

/// The last address in `X-Forwarded-For`: the proxy wrote that one itself, those before it are hearsay.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

fn to_sign_in(parts: &Parts) -> Redirect {
    // Only what was read can be gone back to: a form that was posted is not posted twice.
    let next = if parts.method.is_safe() { parts.uri.path() } else { "/" };
    Redirect::to(&format!("/sign-in?next={}", in_query(next)))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn credential(pairs: &[(http::HeaderName, &str)], secure: bool) -> Credential {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        Credential::of(&headers, secure)
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let token = Token::fresh();
        let cookies = format!("language=zh; magpie_session={}; x", token.reveal());
        assert_eq!(
            credential(&[(COOKIE, &cookies)], false),
            Credential::Cookie(Some(token))
        );
        assert_eq!(credential(&[(COOKIE, "language=zh")], false), Credential::None);
        assert_eq!(
            credential(&[(COOKIE, "magpie_session=nonsense")], false),
            Credential::Cookie(None)
        );
    }

    #[test]
    fn behind_tls_only_the_host_cookie_counts() {
        let token = Token::fresh();
        assert_eq!(
            credential(&[(COOKIE, &format!("magpie_session={}", token.reveal()))], true),
            Credential::None
        );
        let cookie = format!("__Host-magpie_session={}", token.reveal());
        assert_eq!(credential(&[(COOKIE, &cookie)], true), Credential::Cookie(Some(token)));
    }

    #[test]
    fn of_what_a_proxy_says_only_its_own_word_counts() {
        let told = |values: &[&'static str]| {
            let headers = values.iter().map(|value| {
                (
                    http::HeaderName::from_static("x-forwarded-for"),
                    HeaderValue::from_static(value),
                )
            });
            forwarded_for(&headers.collect()).map(|address| address.to_string())
        };
        assert_eq!(told(&["203.0.113.7"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(told(&["10.0.0.1, 2001:db8::7"]).as_deref(), Some("2001:db8::7"));
        assert_eq!(told(&["10.0.0.1", "203.0.113.7"]).as_deref(), Some("203.0.113.7"));
        assert_eq!(told(&["203.0.113.7, unknown"]), None);
        assert_eq!(told(&[]), None);
    }

    #[test]
    fn a_bad_bearer_is_not_made_good_by_a_cookie() {
        let token = Token::fresh();
        let cookie = format!("magpie_session={}", token.reveal());
        assert_eq!(
            credential(&[(AUTHORIZATION, "Bearer no"), (COOKIE, &cookie)], false),
            Credential::Bearer(None)
        );
        let bearer = format!("bearer {}", token.reveal());
        assert_eq!(
            credential(&[(AUTHORIZATION, &bearer)], false),
            Credential::Bearer(Some(token))
        );
    }
}
