//! A piece of network between two programs, which can be cut.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// How a network fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Connections break, and none are made.
    Refusing,
    /// Nothing comes through, and nobody is told.
    Silent,
}

/// Leads connections on to one of several places.
pub struct Proxy {
    pub address: SocketAddr,
    targets: Arc<Mutex<Vec<SocketAddr>>>,
    state: watch::Sender<Option<Cut>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Leads to these places in turn; to the next one where one does not answer.
    pub async fn to(targets: impl IntoIterator<Item = SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let targets = Arc::new(Mutex::new(targets.into_iter().collect()));
        let (state, seen) = watch::channel(None);
        let accepting = tokio::spawn(accept(listener, Arc::clone(&targets), seen));
        Self {
            address,
            targets,
            state,
            accepting,
        }
    }

    /// Leads there from now on.
    pub fn leads_to(&self, targets: impl IntoIterator<Item = SocketAddr>) {
        *self.targets.lock().unwrap() = targets.into_iter().collect();
    }

    pub fn cut(&self, cut: Cut) {
        self.state.send_replace(Some(cut));
    }

    pub fn heal(&self) {
        self.state.send_replace(None);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, targets: Arc<Mutex<Vec<SocketAddr>>>, state: watch::Receiver<Option<Cut>>) {
    let turn = Arc::new(AtomicUsize::new(0));
    loop {
        let Ok((near, _)) = listener.accept().await else {
            continue;
        };
        if *state.borrow() == Some(Cut::Refusing) {
            continue;
        }
        let (targets, turn, state) = (targets.lock().unwrap().clone(), Arc::clone(&turn), state.clone());
        tokio::spawn(async move {
            for _ in 0..targets.len() {
                let target = targets[turn.fetch_add(1, Ordering::Relaxed) % targets.len()];
                if let Ok(far) = TcpStream::connect(target).await {
                    return join(near, far, state).await;
                }
            }
        });
    }
}

/// Carries bytes both ways until one side ends, or the cut breaks both.
async fn join(near: TcpStream, far: TcpStream, state: watch::Receiver<Option<Cut>>) {
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
    let mut breaks = state.clone();
    tokio::select! {
        () = carry(near_in, far_out, state.clone()) => {}
        () = carry(far_in, near_out, state) => {}
        _ = breaks.wait_for(|state| *state == Some(Cut::Refusing)) => {}
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut state: watch::Receiver<Option<Cut>>) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        if state.wait_for(|state| *state != Some(Cut::Silent)).await.is_err() {
            return;
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
