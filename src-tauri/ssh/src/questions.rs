use russh::client::KeyboardInteractiveAuthResponse as Asked;
use selvage_core::Secret;
use selvage_core::ports::LinkError;

use crate::sign_in::{Answer, SignIn};

/// More rounds than any host needs that only wants the password.
const MOST_ROUNDS: usize = 5;

/// Answers the host's questions (keyboard-interactive) where the one hidden
/// question is the password. Anything else cannot be answered without a person.
pub(crate) async fn answer(way: &mut SignIn<'_>, password: &Secret) -> Result<Answer, LinkError> {
    let label = "keyboard-interactive";
    let user = way.route.user.clone();
    let mut asked = way.handle.authenticate_keyboard_interactive_start(user, None::<String>).await;
    let mut given = false;
    for _ in 0..MOST_ROUNDS {
        let prompts = match asked {
            Ok(Asked::Success) => return Ok(Answer::SignedIn),
            Ok(Asked::Failure { remaining_methods, partial_success }) => {
                return Ok(way.failed(label, &remaining_methods, partial_success));
            }
            Ok(Asked::InfoRequest { prompts, .. }) => prompts,
            Err(_) => return Ok(way.ended(label.to_owned())),
        };
        let responses = match prompts.as_slice() {
            [] => Vec::new(),
            [prompt] if !prompt.echo && !given => {
                given = true;
                vec![password.expose().to_owned()]
            }
            [prompt, ..] => {
                // A second hidden question is a one-time code, not the password again.
                way.tried.push(format!("{label}: the host asks \u{201c}{}\u{201d}", prompt.prompt.trim()));
                return Ok(Answer::Ended);
            }
        };
        asked = way.handle.authenticate_keyboard_interactive_respond(responses).await;
    }
    Ok(way.ended(label.to_owned()))
}
