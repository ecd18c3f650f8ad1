module github.com/connect-apps/connect-apps/clients/go/conntest

go 1.19
